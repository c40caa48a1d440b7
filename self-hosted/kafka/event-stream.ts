import { Consumer } from '@platformatic/kafka';
import type { Clock } from '../../lib/ports/clock.ts';
import { consumedThrough } from '../../lib/ports/consumed-through.ts';
import type { Backlog, EventStream } from '../../lib/ports/event-stream.ts';
import { requireRecordsWithinLimits } from '../../lib/ports/stream-record-limits.ts';
import type { TopicOffsets } from '../../lib/ports/topic-offsets.ts';
import { kafkaUnavailable } from './client/explain.ts';
import { readFirstRecord } from './client/read-first-record.ts';
import { clientOptions, type KafkaConnection } from './connection.ts';
import type { KafkaSender } from './send.ts';

export interface KafkaEventStreamOptions {
  readonly connection: KafkaConnection;
  /** The topic's name in Kafka. */
  readonly topic: string;
  /** The group of its consumers. */
  readonly group: string;
  readonly sender: Pick<KafkaSender, 'send'>;
  readonly offsets: TopicOffsets;
  readonly clock: Clock;
  /** Returns the newest instant before which everything accepted is counted: the last barrier that has passed. */
  readonly countedThrough: () => Promise<Date | undefined>;
  /** Time for which a backlog is used again after it was read; 500 by default, since each request asks for it. */
  readonly freshMilliseconds?: number;
}

/** An event stream on a topic. Close it after use. */
export interface KafkaEventStream extends EventStream {
  backlog(): Promise<Backlog>;
  close(): Promise<void>;
}

/** Reading the time of the oldest record costs up to a whole batch per partition. */
const oldestForBacklogs = 10;

export function createKafkaEventStream(options: KafkaEventStreamOptions): KafkaEventStream {
  const { connection, topic, group, sender, offsets, clock, freshMilliseconds = 500 } = options;
  const reader = new Consumer({ ...clientOptions(connection), groupId: `${connection.prefix}backlog` });
  /** Start times of the puts that are under way here. */
  const underWay = new Set<Date>();
  const backlog = remembered(freshMilliseconds, readBacklog);
  const oldest = remembered(freshMilliseconds * oldestForBacklogs, readOldest);

  async function positions(): Promise<Map<number, { position: bigint; end: bigint }>> {
    // Reads the position first: records that are put in between then count as waiting, and no waiting record is missed.
    const [starts, committed] = await Promise.all([offsets.starts(topic), offsets.committed(group, topic)]);
    const ends = await offsets.ends(topic);
    return new Map(
      Array.from(ends, ([partition, end]) => {
        const position = committed.get(partition) ?? starts.get(partition) ?? 0n;
        return [partition, { position, end }];
      }),
    );
  }

  async function readBacklog(): Promise<Backlog> {
    let records = 0;
    for (const { position, end } of (await positions()).values()) {
      if (end > position) records += Number(end - position);
    }
    return { records, oldestPutAt: records === 0 ? undefined : await oldest() };
  }

  async function readOldest(): Promise<Date | undefined> {
    let first: Date | undefined;
    for (const [partition, { position, end }] of await positions()) {
      if (end <= position) continue;
      const record = await readFirstRecord(reader, topic, partition, position);
      if (record !== undefined && (first === undefined || record.appendedAt < first))
        first = record.appendedAt;
    }
    return first;
  }

  return {
    async put(records) {
      requireRecordsWithinLimits(records);
      const putAt = clock.now();
      underWay.add(putAt);
      try {
        await sender.send(
          records.map(({ partitionKey, data }) => ({ topic, key: partitionKey, value: data })),
        );
      } finally {
        underWay.delete(putAt);
      }
    },
    async backlog() {
      try {
        return await backlog();
      } catch (cause) {
        throw kafkaUnavailable(`The backlog of the topic ${topic} cannot be read.`, cause);
      }
    },
    backlogOf: async () => undefined,
    async consumedThrough() {
      const puts = [...underWay];
      const now = clock.now();
      return consumedThrough([...puts, await options.countedThrough()], now);
    },
    async close() {
      await reader.close(true);
    },
  };
}

/** Returns a function that reuses its answer for some time. */
function remembered<T>(milliseconds: number, read: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (last !== undefined && performance.now() - last.at < milliseconds) return last.answer;
    const answer = read();
    const asked = { at: performance.now(), answer };
    last = asked;
    answer.catch(() => {
      if (last === asked) last = undefined; // the next call asks again
    });
    return answer;
  };
}
