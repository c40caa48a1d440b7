import type { QueuedMessage } from '../local-queue.ts';
import type { MessageContent } from './message-format.ts';
import type { MessageTables, Place, ScheduledMessage } from './message-tables.ts';

const listedTogether = 100;

/**
 * Lists all messages in the order in which they become visible. It reads page by page, so that a slow reader does not
 * keep a snapshot, and with it all deleted data.
 */
export function* listMessages(tables: MessageTables): Generator<QueuedMessage> {
  for (let last: Pick<Place, 'id' | 'visibleAt'> = { visibleAt: 0, id: '' }; ;) {
    tables.refresh();
    const page = tables
      .scheduledAfter(last, listedTogether)
      .map((message) => ({ message, content: tables.content(message) }));
    for (const { message, content } of page) {
      last = message;
      yield queued(message, content);
    }
    if (page.length < listedTogether) return;
  }
}

/** Returns the place that the message had when it was received or listed. */
export function placeOf({ id, sentAt, visibleAt }: QueuedMessage): Place {
  return { id, sentAt: sentAt.getTime(), visibleAt: visibleAt.getTime() };
}

/** Returns the message's entry in the schedule, as it was when the message was received or listed. */
export function scheduledOf(message: QueuedMessage): ScheduledMessage {
  const { receiveCount, firstReceivedAt } = message;
  return { ...placeOf(message), receiveCount, firstReceivedAt: firstReceivedAt?.getTime() };
}

/** Returns the message as its readers see it. */
export function queued(
  { id, sentAt, visibleAt, receiveCount, firstReceivedAt }: ScheduledMessage,
  { body, sourceQueue }: MessageContent,
): QueuedMessage {
  return {
    id,
    body,
    sentAt: new Date(sentAt),
    visibleAt: new Date(visibleAt),
    receiveCount,
    firstReceivedAt: firstReceivedAt === undefined ? undefined : new Date(firstReceivedAt),
    sourceQueue,
  };
}
