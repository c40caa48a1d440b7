import type { QueuedMessage, ReceiveLimits } from '../local-queue.ts';
import { commitGroups } from './commit-groups.ts';
import type { MessageContent } from './message-format.ts';
import type { ScheduledMessage } from './message-tables.ts';
import type { QueueParts } from './queue-parts.ts';
import { queued } from './queued-messages.ts';
import type { DeadLetters } from './settings.ts';
import { visibleMessages } from './visible-messages.ts';

interface Chosen {
  readonly message: ScheduledMessage;
  readonly content: MessageContent;
}

/**
 * Receives visible messages, and makes those that were received too many times dead letters; see
 * `LocalQueue.receive`.
 */
export async function receiveMessages(
  queue: QueueParts,
  limits: ReceiveLimits,
): Promise<readonly QueuedMessage[]> {
  const now = queue.clock.now().getTime();
  const received: QueuedMessage[] = [];
  // Read before the commits: an unreadable message must fail this call only, not all changes that share a commit.
  for (const chosen of commitGroups(choose(queue, now, limits))) {
    try {
      received.push(...(await receiveTogether(queue, chosen, now)));
    } catch (error) {
      // The messages received so far are hidden already and must be returned; the next receive fails as this one did.
      if (received.length === 0) throw error;
      break;
    }
  }
  return received;
}

/**
 * Chooses visible messages within the limits. A message that will become a dead letter counts, but without its bytes.
 */
function choose(queue: QueueParts, now: number, limits: ReceiveLimits): readonly Chosen[] {
  const { maxMessages, maxBytes, bytesOf } = limits;
  const chosen: Chosen[] = [];
  let bytes = 0;
  queue.tables.refresh();
  for (const message of visibleMessages(queue, now)) {
    const content = queue.tables.content(message);
    if (!isDeadLetter(queue, message)) {
      const more = bytesOf(content.body);
      if (bytes > 0 && bytes + more > maxBytes) break;
      bytes += more;
    }
    chosen.push({ message, content });
    if (chosen.length === maxMessages) break;
  }
  return chosen;
}

async function receiveTogether(
  queue: QueueParts,
  chosen: readonly Chosen[],
  now: number,
): Promise<readonly QueuedMessage[]> {
  const { settings, tables, changes, inFlight } = queue;
  const { deadLetters } = settings;
  const visibleAt = now + settings.visibilityTimeoutSeconds * 1000;
  const received: QueuedMessage[] = [];
  let deadMessages = 0;
  const write = () => {
    for (const { message, content } of chosen) {
      if (!changes.claim(message)) continue;
      if (deadLetters !== undefined && isDeadLetter(queue, message)) {
        deadMessages += 1;
        tables.remove(message);
        const target = queue.queueNamed(deadLetters.queueName).tables;
        target.add({ ...message, visibleAt: now }, { ...content, sourceQueue: settings.name });
      } else {
        const receiveCount = message.receiveCount + 1;
        const firstReceivedAt = message.firstReceivedAt ?? now;
        const next = { ...message, visibleAt, receiveCount, firstReceivedAt };
        tables.reschedule(message, next);
        received.push(queued(next, content));
      }
    }
  };
  const leaving = chosen.filter(({ message }) => isDeadLetter(queue, message));
  const contents = leaving.map(({ content }) => content);
  await changes.commit(write, { messages: chosen.length + leaving.length, contents });
  inFlight.add(received);
  if (deadLetters !== undefined && deadMessages > 0) reportDeadLetters(queue, deadMessages, deadLetters);
  return received;
}

function isDeadLetter({ settings }: QueueParts, { receiveCount }: ScheduledMessage): boolean {
  return receiveCount >= (settings.deadLetters?.maxReceiveCount ?? Infinity);
}

function reportDeadLetters(queue: QueueParts, messages: number, deadLetters: DeadLetters): void {
  const { queueName, maxReceiveCount } = deadLetters;
  queue.queueNamed(queueName).arrivals.add(messages);
  queue.logger.warn('Messages were received too many times, and are dead letters now.', {
    queue: queue.settings.name,
    deadLetterQueue: queueName,
    messages,
    maxReceiveCount,
  });
}
