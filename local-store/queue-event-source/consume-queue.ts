import type { QueuedMessage } from '../local-queue.ts';
import { backoffMilliseconds } from '../../lib/backoff.ts';
import { pause, sourceBackoff } from '../../event-source/backoff.ts';
import { reportedOutcome, type Outcome } from '../../event-source/queue/outcome.ts';
import { returnDelaySeconds } from './return-delay.ts';
import type { SourceContext } from './source-context.ts';
import { maxEventBytes, recordBytes, sqsEvent } from '../../event-source/queue/sqs-event.ts';
import { waitForBatch } from './wait-for-batch.ts';

/**
 * Receives batch after batch, one at a time, until the source stops: deletes the messages that the function has done,
 * and leaves the others to their visibility time-out. Failures of the queue are logged and retried; this never
 * rejects.
 */
export async function consumeQueue(context: SourceContext): Promise<void> {
  const { queue, logger, settings, stopping } = context;
  const startedAt = context.clock.now();
  const limits = {
    maxMessages: settings.batchSize,
    maxBytes: maxEventBytes,
    bytesOf: recordBytes(context),
  };
  for (let failures = 0; !stopping.aborted;) {
    try {
      await waitForBatch(context);
      if (stopping.aborted) return;
      const messages = await queue.receive(limits);
      failures = 0;
      if (messages.length > 0) await deliver(messages, startedAt, context);
    } catch (error) {
      failures += 1;
      logger.error('The queue could not be read; this is tried again.', {
        queue: queue.name,
        failures,
        error,
      });
      await pause(backoffMilliseconds(failures, sourceBackoff, context.random), context);
    }
  }
}

async function deliver(
  messages: readonly QueuedMessage[],
  startedAt: Date,
  context: SourceContext,
): Promise<void> {
  const { queue, logger, timers } = context;
  const begunAt = timers.elapsed();
  const outcome = await invoke(messages, context);
  const facts = { queue: queue.name, messages: messages.length };
  switch (outcome.kind) {
    case 'done':
      return deleteDone(messages, context);
    case 'partly done': {
      // This is normal: it is how a function says that a message must wait.
      logger.debug('Some messages of a batch come back.', { ...facts, failed: outcome.failed.size });
      const secondsAMessage = (timers.elapsed() - begunAt) / 1000 / messages.length;
      await deleteDone(
        messages.filter(({ id }) => !outcome.failed.has(id)),
        context,
      );
      const failed = messages.filter(({ id }) => outcome.failed.has(id));
      return returnSoon(failed, { startedAt, secondsAMessage }, context);
    }
    case 'failed':
      logger.warn('A batch of messages failed and comes back.', { ...facts, error: outcome.cause });
  }
}

/** If this cannot be written, messages come back after their visibility time-out. */
async function returnSoon(
  messages: readonly QueuedMessage[],
  work: { readonly startedAt: Date; readonly secondsAMessage: number },
  context: SourceContext,
): Promise<void> {
  const { queue, logger, settings } = context;
  const { firstReturnSeconds } = settings;
  if (firstReturnSeconds === undefined) return;
  const byDelay = new Map<number, QueuedMessage[]>();
  const { visible, waiting, inFlight } = queue.depth();
  for (const message of messages) {
    const seconds = returnDelaySeconds({
      triedForSeconds: secondsSince(Math.max(message.sentAt.getTime(), work.startedAt.getTime()), context),
      secondsAMessage: work.secondsAMessage,
      messages: visible + waiting + inFlight,
      firstReturnSeconds,
      visibilityTimeoutSeconds: queue.visibilityTimeoutSeconds,
    });
    const others = byDelay.get(Math.ceil(seconds));
    if (others === undefined) byDelay.set(Math.ceil(seconds), [message]);
    else others.push(message);
  }
  try {
    for (const [seconds, those] of byDelay) {
      if (seconds < queue.visibilityTimeoutSeconds) await queue.hide(those, seconds);
    }
  } catch (error) {
    logger.warn('Messages could not be scheduled to come back sooner.', { queue: queue.name, error });
  }
}

/**
 * Returns the seconds since an instant. If the instant is in the future, the clock was set back since, by about that
 * much.
 */
function secondsSince(instant: number, { clock }: SourceContext): number {
  return Math.abs(clock.now().getTime() - instant) / 1000;
}

async function invoke(messages: readonly QueuedMessage[], context: SourceContext): Promise<Outcome> {
  let response: unknown;
  try {
    response = await context.invoke(sqsEvent(messages, context));
  } catch (cause) {
    return { kind: 'failed', cause };
  }
  if (!context.settings.reportsItemFailures) return { kind: 'done' };
  return reportedOutcome(response, new Set(messages.map(({ id }) => id)));
}

/**
 * Deletes messages, and retries until it succeeds; only once if the source is stopping, and the messages are then
 * delivered again.
 */
async function deleteDone(messages: readonly QueuedMessage[], context: SourceContext): Promise<void> {
  const { queue, logger, stopping } = context;
  if (messages.length === 0) return;
  for (let failures = 1; ; failures += 1) {
    try {
      return await queue.delete(messages);
    } catch (error) {
      const facts = { queue: queue.name, messages: messages.length, failures, error };
      logger.error('Messages that are done could not be deleted.', facts);
    }
    if (stopping.aborted) return;
    await pause(backoffMilliseconds(failures, sourceBackoff, context.random), context);
  }
}
