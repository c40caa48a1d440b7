import { backoffMilliseconds } from '../../../lib/backoff.ts';
import { decodeIntent } from '../../../lib/domain/announcement.ts';
import { Unavailable, UnreadableFormat } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import type { KafkaConnection } from '../connection.ts';
import type { TopicConsumer } from '../consumer/topic-consumer.ts';
import type { KafkaSender } from '../send.ts';
import { groupName, topicName, verifyDelays } from '../topics.ts';
import type { HeldRecord } from './held-records.ts';
import { idOf, invokeWithMessages, type InvokeWithMessages, type Message } from './invoke-with-messages.ts';
import { isKept } from './keep-unreadable.ts';
import { decodeDelayed, encodeMessage } from './messages.ts';
import { startRecordSource } from './record-source.ts';

export interface VerifySourceOptions {
  readonly connection: KafkaConnection;
  /** See `MembershipOptions`. */
  readonly instanceId: string;
  /** Time from the announcement of a batch until `verify` first looks at it. */
  readonly verifyAfterSeconds: number;
  /** Runs `verify`. */
  readonly invoke: InvokeWithMessages;
  /** Returns the newest instant before which everything accepted is counted: the last barrier that has passed. */
  readonly countedThrough: () => Date | undefined;
  readonly sender: Pick<KafkaSender, 'send'>;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Delays of the topics in seconds, for tests that cannot wait. */
  readonly delays?: readonly number[];
  /** See below. */
  readonly maxAttempts?: number;
}

const batchSize = 500;
const gatherMilliseconds = 500;
/** Maximum number of records held: `verify` must remember all batches that it holds. */
const maxHeld = 500;
/** The last delay is a day, so a message is tried for ten days before it becomes a dead letter. */
const mostAttempts = 13;
const backoff = { firstMilliseconds: 500, longestMilliseconds: 60_000, randomShare: 0.3 };

/**
 * Calls `verify` with the intents of batches and, after a minute, ten minutes, an hour and a day, again with those that
 * it could not prove. A batch that is not counted at the first look is held until a barrier that began after it has
 * passed, so a pipeline that is behind holds up `verify` and causes no second emission. A batch that is not proved by
 * then goes durably to the next delay before its position moves.
 */
export function startVerifySource(options: VerifySourceOptions): TopicConsumer {
  const { connection, instanceId, verifyAfterSeconds, countedThrough, clock, logger } = options;
  const { delays = verifyDelays } = options;
  const batches = topicName(connection, 'batches');
  const delayed = verifyDelays.map(
    (seconds, index) =>
      [topicName(connection, `verify-${seconds}`), (delays[index] ?? seconds) * 1_000] as const,
  );
  return startRecordSource({
    connection,
    topics: new Map([[batches, verifyAfterSeconds * 1_000], ...delayed]),
    group: groupName(connection, 'verify'),
    instanceId,
    batchSize,
    gatherMilliseconds,
    maxHeld,
    process: (records) => look(records, batches, options),
    isReady({ firstLookAt }) {
      const through = countedThrough();
      return firstLookAt === undefined || (through !== undefined && through > firstLookAt);
    },
    clock,
    logger,
  });
}

async function look(
  records: readonly HeldRecord[],
  batches: string,
  options: VerifySourceOptions,
): Promise<ReadonlyMap<HeldRecord, number>> {
  const { invoke, logger } = options;
  const again = new Map<HeldRecord, number>();
  const later = (held: HeldRecord) =>
    again.set(held, backoffMilliseconds(held.looks + 1, backoff, Math.random));

  const messages: Message[] = [];
  for (const held of records) {
    try {
      messages.push(toMessage(held, batches));
    } catch (error) {
      if (!(error instanceof UnreadableFormat)) throw error;
      if (!(await isKept(held, error, options))) later(held);
    }
  }
  if (messages.length === 0) return again;

  const outcome = await invokeWithMessages(messages, 'verify', invoke);
  if (outcome.kind === 'done') return again;
  if (outcome.kind === 'failed') {
    logger.warn('Batches could not be verified; they are tried again', { error: outcome.cause });
    for (const { held } of messages) later(held);
    return again;
  }
  const failed = messages.filter((message) => outcome.failed.has(idOf(message)));
  // At the first look, the pipeline may just be behind.
  const unproved = failed.filter(({ held }) => held.looks > 0);
  for (const { held } of failed) if (held.looks === 0) again.set(held, 0);
  try {
    await putOff(unproved, options);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    logger.warn('Batches that are not proved to be counted could not be put off; they are tried again', {
      error,
    });
    for (const { held } of unproved) later(held);
  }
  return again;
}

function toMessage(held: HeldRecord, batches: string): Message {
  const { topic, record } = held;
  if (topic === batches) {
    const { key } = decodeIntent(record.value);
    return { held, key, firstAt: record.appendedAt, attempts: 0 };
  }
  const { key, firstAt, attempts } = decodeDelayed(record.value);
  return { held, key, firstAt: new Date(firstAt), attempts };
}

/** Puts messages on the topic of their next delay, or on that of dead letters. */
async function putOff(messages: readonly Message[], options: VerifySourceOptions): Promise<void> {
  const { connection, sender, logger, maxAttempts = mostAttempts } = options;
  if (messages.length === 0) return;
  await sender.send(
    messages.map((message) => {
      const { key } = message;
      const delayed = { key, firstAt: message.firstAt.getTime(), attempts: message.attempts + 1 };
      const seconds = verifyDelays[Math.min(message.attempts, verifyDelays.length - 1)];
      if (delayed.attempts <= maxAttempts && seconds !== undefined) {
        return { topic: topicName(connection, `verify-${seconds}`), key, value: encodeMessage(delayed) };
      }
      logger.error('A batch is not proved to be counted and is a dead letter now', {
        key,
        attempts: delayed.attempts,
      });
      const cause = 'verify could not prove that the batch is counted; the log of verify says why.';
      return {
        topic: topicName(connection, 'dead-letters'),
        key,
        value: encodeMessage({ ...delayed, queue: 'verify', cause }),
      };
    }),
  );
}
