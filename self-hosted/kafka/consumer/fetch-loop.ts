import { Consumer, ResponseError } from '@platformatic/kafka';
import { pause } from '../../../event-source/backoff.ts';
import { realTimers } from '../../../lib/timers.ts';
import { groupBy } from '../../../lib/group-by.ts';
import type { Logger } from '../../../lib/logger.ts';
import { clientOptions, type KafkaConnection } from '../connection.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { nextOffset, recordsFrom } from './topic-record.ts';

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

export interface FetchLoopOptions {
  readonly connection: KafkaConnection;
  readonly topics: readonly string[];
  /** Returns the partitions to read now. */
  readonly owned: () => Iterable<OwnedPartition>;
  /** Called when the offset of a partition does not exist any more. */
  readonly onOutOfRange: (partition: OwnedPartition) => void;
  /** Maximum number of bytes that are fetched but not taken, of all partitions together. */
  readonly maxBufferedBytes: number;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Fetches records of the owned partitions that have room for more. */
export interface FetchLoop {
  /** Looks at once for partitions that want records. */
  wake(): void;
  stop(): Promise<void>;
}

const maxBytesAPartition = 1024 * 1024;
/** A fetch leaves out full partitions. One that wants records again joins the next fetch, after this delay at most. */
const maxWaitMilliseconds = 100;
const pauseAfterFailure = { firstMilliseconds: 50, longestMilliseconds: 1_000 };
const offsetOutOfRange = 1;

export function startFetchLoop(options: FetchLoopOptions): FetchLoop {
  const { connection, topics, owned, onOutOfRange, maxBufferedBytes, logger } = options;
  const consumer = new Consumer({
    ...clientOptions(connection),
    retries: 0, // this loop tries again itself
    groupId: `${connection.prefix}fetch`, // it joins no group
  });
  consumer.topics.trackAll(...topics);
  const stopping = new AbortController();
  const fetching = new Map<number, Promise<void>>();
  let failures = 0;
  let wake = () => {};

  function wanted(): OwnedPartition[] {
    const all = [...owned()];
    const buffered = all.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
    return all.filter(
      ({ bufferedBytes }) =>
        bufferedBytes === 0 || (bufferedBytes < maxBytesAPartition && buffered < maxBufferedBytes),
    );
  }

  /** Starts a request to each broker that leads partitions with room and has no request under way. */
  async function begin(): Promise<void> {
    const partitions = wanted();
    if (partitions.length === 0) return;
    const metadata = await consumer.metadata({ topics: [...topics] });
    const byLeader = new Map<number, OwnedPartition[]>();
    for (const owner of partitions) {
      const leader = metadata.topics.get(owner.topic)?.partitions[owner.partition]?.leader ?? -1;
      if (leader < 0 || fetching.has(leader)) continue;
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), owner]);
    }
    for (const [leader, its] of byLeader) {
      const request = fetchFrom(leader, its, (topic) => metadata.topics.get(topic)?.id ?? '')
        .catch(failed)
        .finally(() => {
          fetching.delete(leader);
          wake();
        });
      fetching.set(leader, request);
    }
  }

  async function fetchFrom(
    node: number,
    partitions: readonly OwnedPartition[],
    idOf: (topic: string) => string,
  ): Promise<void> {
    const byTopic = groupBy(partitions, ({ topic }) => idOf(topic));
    let response: FetchResponse;
    try {
      response = await consumer.fetch({
        node,
        minBytes: 1,
        maxBytes: maxBufferedBytes,
        maxWaitTime: maxWaitMilliseconds,
        topics: Array.from(byTopic, ([topicId, its]) => ({
          topicId,
          partitions: its.map(({ partition, fetchOffset }) => ({
            partition,
            currentLeaderEpoch: -1,
            fetchOffset,
            lastFetchedEpoch: -1,
            partitionMaxBytes: maxBytesAPartition,
          })),
        })),
      });
      failures = 0;
    } catch (error) {
      for (const { topicId, partitions: its } of responseOf(error)?.responses ?? []) {
        for (const { partitionIndex, errorCode } of its) {
          const owner = byTopic.get(topicId)?.find(({ partition }) => partition === partitionIndex);
          if (errorCode === offsetOutOfRange && owner !== undefined) onOutOfRange(owner);
        }
      }
      throw error;
    }
    for (const { topicId, partitions: its } of response.responses) {
      for (const { partitionIndex, records } of its) {
        const owner = byTopic.get(topicId)?.find(({ partition }) => partition === partitionIndex);
        if (owner === undefined || owner.signal.aborted) continue;
        const batches = records ?? [];
        const from = owner.fetchOffset;
        owner.add(recordsFrom(batches, from), nextOffset(batches, from));
      }
    }
  }

  async function failed(error: unknown): Promise<void> {
    consumer.clearMetadata();
    failures += 1;
    if (stopping.signal.aborted) return;
    logger.warn('Records could not be fetched; trying again.', { topics, failures, error });
    const { firstMilliseconds, longestMilliseconds } = pauseAfterFailure;
    const milliseconds = Math.min(longestMilliseconds, firstMilliseconds * 2 ** failures);
    await pause(milliseconds, { timers: realTimers, stopping: stopping.signal });
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      try {
        await begin();
      } catch (error) {
        await failed(error);
        continue;
      }
      // Nothing wakes this loop when a partition gets a leader, so it also looks every second.
      await Promise.race([woken, pause(1_000, { timers: realTimers, stopping: stopping.signal })]);
    }
    await Promise.all(fetching.values());
    await consumer.close(true);
  }

  const running = run();
  return {
    wake: () => wake(),
    async stop() {
      stopping.abort();
      wake();
      await running;
    },
  };
}

/** An error for one partition comes with the response for all of them. */
function responseOf(error: unknown): FetchResponse | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  return (error as { readonly response?: FetchResponse }).response;
}
