import { pause } from '../../../event-source/backoff.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import { realTimers } from '../../../lib/timers.ts';
import type { KafkaConnection } from '../connection.ts';
import type { OwnedPartition } from '../consumer/owned-partition.ts';
import { startTopicConsumer, type TopicConsumer } from '../consumer/topic-consumer.ts';
import type { TopicRecord } from '../consumer/topic-record.ts';
import { HeldRecords, type HeldRecord } from './held-records.ts';

export interface RecordSourceOptions {
  readonly connection: KafkaConnection;
  /** Names in Kafka, each with the time that a record waits after it was appended, in milliseconds. */
  readonly topics: ReadonlyMap<string, number>;
  readonly group: string;
  /** The name of this process in the group; see `MembershipOptions`. */
  readonly instanceId: string;
  /** Number of records that one call takes. */
  readonly batchSize: number;
  /** Time for which records gather before a call. */
  readonly gatherMilliseconds: number;
  /** Limit of records of a partition that wait to be processed again; at the limit, no new ones are taken. */
  readonly maxHeld: number;
  /**
   * Processes records of one partition. Returns those to process again, each with its pause in milliseconds; all others
   * are done, including their effects. If it rejects, the source ends.
   */
  readonly process: (records: readonly HeldRecord[]) => Promise<ReadonlyMap<HeldRecord, number>>;
  /** Reports whether another look at a record can have a different result; always true by default. */
  readonly isReady?: (held: HeldRecord) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

const maxBytes = 4 * 1024 * 1024;
const longestPauseMilliseconds = 60_000;

/**
 * Reads topics whose records may be processed in any order, each when it is due. One that is processed again does not
 * hold up the others; only the position of its partition waits for it. There is one call at a time per partition.
 */
export function startRecordSource(options: RecordSourceOptions): TopicConsumer {
  const { topics } = options;
  return startTopicConsumer({
    ...options,
    topics: [...topics.keys()],
    work: (partition) => consumePartition(partition, topics.get(partition.topic) ?? 0, options),
  });
}

async function consumePartition(
  partition: OwnedPartition,
  delayMilliseconds: number,
  options: RecordSourceOptions,
): Promise<void> {
  const { batchSize, gatherMilliseconds, maxHeld, process, isReady = () => true, clock } = options;
  const held = new HeldRecords(() => realTimers.elapsed(), isReady);
  const dueIn = ({ appendedAt }: TopicRecord) =>
    appendedAt.getTime() + delayMilliseconds - clock.now().getTime();
  const hasRoom = () => held.size < maxHeld;
  const isDue = (record: TopicRecord) => dueIn(record) <= 0;

  while (!partition.signal.aborted) {
    const { next } = partition;
    const untilNew = next === undefined || !hasRoom() ? Infinity : dueIn(next);
    const milliseconds = Math.min(untilNew, held.pauseMilliseconds);
    if (milliseconds > 0) {
      await waitFor(milliseconds, partition);
      continue;
    }
    if (untilNew <= 0 && gatherMilliseconds > 0 && partition.buffered < batchSize) {
      await pause(gatherMilliseconds, { timers: realTimers, stopping: partition.signal });
    }
    const again = held.take(batchSize);
    const room = hasRoom() ? batchSize - again.length : 0;
    const added = room > 0 ? partition.take({ maxRecords: room, maxBytes }, isDue) : [];
    const records = [...again, ...added.map((record) => toHeld(partition, record))];
    if (records.length === 0 || partition.signal.aborted) continue;
    await look(records, { partition, held, process, clock });
  }
}

function toHeld({ topic, partition }: OwnedPartition, record: TopicRecord): HeldRecord {
  return { topic, partition, record, looks: 0, firstLookAt: undefined };
}

async function look(
  records: readonly HeldRecord[],
  {
    partition,
    held,
    process,
    clock,
  }: {
    readonly partition: OwnedPartition;
    readonly held: HeldRecords;
  } & Pick<RecordSourceOptions, 'process' | 'clock'>,
): Promise<void> {
  const comeAgain = await process(records);
  const endedAt = clock.now();
  for (const record of records) {
    const milliseconds = comeAgain.get(record);
    if (milliseconds === undefined) continue;
    held.hold(
      { ...record, looks: record.looks + 1, firstLookAt: record.firstLookAt ?? endedAt },
      milliseconds,
    );
  }
  partition.finish(records.filter((record) => !comeAgain.has(record)).map(({ record }) => record));
}

/** Waits until a record may be due, records are added, or nothing new may begin. */
async function waitFor(milliseconds: number, partition: OwnedPartition): Promise<void> {
  const waiting = new AbortController();
  const passed = pause(Math.min(milliseconds, longestPauseMilliseconds), {
    timers: realTimers,
    stopping: waiting.signal,
  });
  await Promise.race([passed, partition.waitForMore()]);
  waiting.abort();
  await passed;
}
