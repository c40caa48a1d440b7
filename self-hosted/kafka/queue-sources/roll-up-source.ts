import { backoffMilliseconds } from '../../../lib/backoff.ts';
import { decodeAnnouncement } from '../../../lib/domain/announcement.ts';
import { windowsPrefix } from '../../../lib/domain/keys.ts';
import { UnreadableFormat } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import type { KafkaConnection } from '../connection.ts';
import type { TopicConsumer } from '../consumer/topic-consumer.ts';
import { groupName, topicName } from '../topics.ts';
import type { HeldRecord } from './held-records.ts';
import { idOf, invokeWithMessages, type InvokeWithMessages, type Message } from './invoke-with-messages.ts';
import { isKept } from './keep-unreadable.ts';
import { startRecordSource } from './record-source.ts';

export interface RollUpSourceOptions {
  readonly connection: KafkaConnection;
  /** See `MembershipOptions`. */
  readonly instanceId: string;
  /** Runs `roll-up`. */
  readonly invoke: InvokeWithMessages;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time for which written minutes gather, so that an hour is recomputed once for many; 1,000 by default. */
  readonly gatherMilliseconds?: number;
}

const batchSize = 1_000;
/** Twice the size of a call, so that minutes that are tried again leave room for others. */
const maxHeld = 2 * batchSize;
const backoff = { firstMilliseconds: 500, longestMilliseconds: 60_000, randomShare: 0.3 };

/**
 * Calls `roll-up` with the minutes that were written or deleted. Minutes that it reports as failed are tried again
 * until they succeed, along with the others. Meanwhile the position of their partition waits, and with it
 * `countedThrough` of hours and days, which would otherwise claim too much.
 */
export function startRollUpSource(options: RollUpSourceOptions): TopicConsumer {
  const { connection, instanceId, clock, logger, gatherMilliseconds = 1_000 } = options;
  return startRecordSource({
    connection,
    topics: new Map([[topicName(connection, 'windows'), 0]]),
    group: groupName(connection, 'roll-up'),
    instanceId,
    batchSize,
    gatherMilliseconds,
    maxHeld,
    process: (records) => rollUp(records, options),
    clock,
    logger,
  });
}

async function rollUp(
  records: readonly HeldRecord[],
  options: RollUpSourceOptions,
): Promise<ReadonlyMap<HeldRecord, number>> {
  const { invoke, logger } = options;
  const again = new Map<HeldRecord, number>();
  const later = (held: HeldRecord) =>
    again.set(held, backoffMilliseconds(held.looks + 1, backoff, Math.random));

  const minutes: Message[] = [];
  for (const held of records) {
    try {
      const key = decodeAnnouncement(held.record.value);
      // An hour or a day was written by roll-up itself, or by a command that wrote its minutes as well.
      if (!key.startsWith(windowsPrefix('minute'))) continue;
      minutes.push({ held, key, firstAt: held.record.appendedAt, attempts: 0 });
    } catch (error) {
      if (!(error instanceof UnreadableFormat)) throw error;
      if (!(await isKept(held, error, options))) later(held);
    }
  }
  if (minutes.length === 0) return again;

  const outcome = await invokeWithMessages(minutes, 'roll-up', invoke);
  if (outcome.kind === 'done') return again;
  if (outcome.kind === 'failed') {
    logger.warn('Hours and days could not be recomputed; their minutes are tried again', {
      error: outcome.cause,
    });
  }
  for (const message of minutes) {
    if (outcome.kind === 'failed' || outcome.failed.has(idOf(message))) later(message.held);
  }
  return again;
}
