import type { GroupAssignment } from '@platformatic/kafka';
import { pause, sourceBackoff } from '../../../event-source/backoff.ts';
import { backoffMilliseconds } from '../../../lib/backoff.ts';
import type { Logger } from '../../../lib/logger.ts';
import { realTimers } from '../../../lib/timers.ts';
import type { Offsets } from '../../../lib/ports/topic-offsets.ts';
import { greatest } from '../aggregate-engines.ts';
import { within } from '../client/within.ts';
import type { KafkaConnection } from '../connection.ts';
import { createTopicOffsets } from '../topic-offsets.ts';
import { startCommitLoop } from './commit-loop.ts';
import { startFetchLoop } from './fetch-loop.ts';
import { startMembership } from './membership.ts';
import { OwnedPartition } from './owned-partition.ts';
import { PositionLost } from './role-stopped.ts';

export interface TopicConsumerOptions {
  readonly connection: KafkaConnection;
  /** Names in Kafka. */
  readonly topics: readonly string[];
  readonly group: string;
  /** Other groups, in Kafka, whose positions count as well: what one of them has committed past is done. */
  readonly sharedWith?: readonly string[];
  /** See `MembershipOptions`. */
  readonly instanceId: string;
  /**
   * Works on a partition until its signal is aborted. If it rejects, this consumer ends.
   */
  readonly work: (partition: OwnedPartition) => Promise<void>;
  /**
   * Reads where to begin, by `topic/partition`, in place of the positions that the group has committed. Repeated while
   * it throws.
   */
  readonly readPositions?: (places: readonly Place[]) => Promise<ReadonlyMap<string, bigint>>;
  /** Memory limit for waiting records; 32 MiB by default. */
  readonly maxBufferedBytes?: number;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** A reader of topics that shares their partitions with the other processes of its group. */
export interface TopicConsumer {
  /**
   * Resolves after `stop`. Rejects when this process cannot go on, after it has stopped.
   * @throws RoleStopped  with a message for the operator
   */
  readonly ended: Promise<void>;
  /** Starts nothing new; resolves when what is under way is done and its positions are committed. */
  stop(): Promise<void>;
}

/** Maximum wait for Kafka when a process stops. */
const longestStopMilliseconds = 5_000;

/** A partition of a topic. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** The offset of the first record to read, and whether another group is that far, not this one. */
interface Beginning {
  readonly position: bigint;
  readonly isShared: boolean;
}

interface Owned {
  readonly partition: OwnedPartition;
  readonly working: Promise<void>;
}

/**
 * Reads topics for a group. Delivery is at least once: positions move only past records that are done, and after a kill
 * or when another process takes a partition, it continues from there.
 */
export function startTopicConsumer(options: TopicConsumerOptions): TopicConsumer {
  const {
    connection,
    topics,
    group,
    sharedWith = [],
    instanceId,
    work,
    logger,
    maxBufferedBytes = 32 * 1024 * 1024,
  } = options;
  const stopping = new AbortController();
  const offsets = createTopicOffsets(connection);
  const owned = new Map<string, Owned>();
  /** Work on lost partitions, which goes on until its invocation ends. */
  const leftover = new Map<string, Promise<void>>();
  let assigned: Promise<void> = Promise.resolve();
  let failure: Error | undefined;

  const membership = startMembership({
    connection,
    topics,
    group,
    instanceId,
    logger,
    onAssigned(assignments, isNew) {
      if (isNew) loseAll();
      assigned = assigned.then(() => assign(assignments));
    },
  });
  const commits = startCommitLoop({ commit: (positions) => membership.commit(positions), logger });
  const fetches = startFetchLoop({
    connection,
    topics,
    maxBufferedBytes,
    logger,
    owned: () => Array.from(owned.values(), ({ partition }) => partition),
    onOutOfRange({ topic, partition, fetchOffset }) {
      fail(new PositionLost(group, topic, partition, `the record ${fetchOffset} does not exist`));
    },
  });

  function fail(error: Error): void {
    failure ??= error;
    stopping.abort();
  }

  function lose(id: string): void {
    const its = owned.get(id);
    if (its === undefined) return;
    owned.delete(id);
    commits.forget(its.partition);
    its.partition.lose();
    const before = leftover.get(id) ?? Promise.resolve();
    leftover.set(
      id,
      Promise.all([before, its.working]).then(() => undefined),
    );
  }

  function loseAll(): void {
    for (const id of owned.keys()) lose(id);
  }

  /** Gives up partitions that others have now, and begins with new ones. */
  async function assign(assignments: readonly GroupAssignment[]): Promise<void> {
    const wanted = new Map<string, Place>(
      assignments.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => [`${topic}/${partition}`, { topic, partition }] as const),
      ),
    );
    for (const id of owned.keys()) if (!wanted.has(id)) lose(id);
    const added = [...wanted].filter(([id]) => !owned.has(id));
    if (added.length === 0 || stopping.signal.aborted) return;
    const positions = await positionsOf(added.map(([, place]) => place));
    if (positions === undefined) return;
    for (const [id, place] of added) {
      const found = positions.get(id);
      if (found === undefined) continue; // it has failed
      const { position, isShared } = found;
      const partition: OwnedPartition = new OwnedPartition(place, position, (change) => {
        if (change === 'done') commits.moved(partition);
        else fetches.wake();
      });
      const working = begin(partition, leftover.get(id));
      owned.set(id, { partition, working });
      // Whoever waits for the position of this group would wait for the next record.
      if (isShared) commits.moved(partition);
    }
    fetches.wake();
  }

  /**
   * Starts work on a partition once this process has finished earlier work on it: one invocation at a time per
   * partition.
   */
  async function begin(partition: OwnedPartition, before: Promise<void> | undefined): Promise<void> {
    try {
      await before;
      if (!partition.signal.aborted) await work(partition);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Returns where to begin; `undefined` if this consumer stops meanwhile. */
  async function positionsOf(places: readonly Place[]): Promise<ReadonlyMap<string, Beginning> | undefined> {
    for (let failures = 1; !stopping.signal.aborted; failures += 1) {
      try {
        if (options.readPositions === undefined) return await readPositions(places);
        const positions = await options.readPositions(places);
        return new Map(Array.from(positions, ([id, position]) => [id, { position, isShared: false }]));
      } catch (error) {
        logger.warn('Positions could not be read; trying again.', { group, failures, error });
      }
      const milliseconds = backoffMilliseconds(failures, sourceBackoff, Math.random);
      await pause(milliseconds, { timers: realTimers, stopping: stopping.signal });
    }
    return undefined;
  }

  async function readPositions(places: readonly Place[]): Promise<Map<string, Beginning>> {
    const positions = new Map<string, Beginning>();
    for (const topic of new Set(places.map((place) => place.topic))) {
      const [starts, committed, shared] = await Promise.all([
        offsets.starts(topic),
        offsets.committed(group, topic),
        readShared(topic),
      ]);
      for (const place of places) {
        if (place.topic !== topic) continue;
        const start = starts.get(place.partition) ?? 0n;
        const own = committed.get(place.partition);
        const other = shared.get(place.partition);
        const isShared = other !== undefined && other >= start && (own === undefined || other > own);
        const position = isShared ? other : own;
        if (position === undefined && start > 0n) {
          fail(
            new PositionLost(group, topic, place.partition, 'the group has none, and records were deleted'),
          );
        } else {
          positions.set(`${topic}/${place.partition}`, { position: position ?? start, isShared });
        }
      }
    }
    return positions;
  }

  /** Returns how far other groups are; a position behind the end is of another topic, or of a time before a loss. */
  async function readShared(topic: string): Promise<Offsets> {
    if (sharedWith.length === 0) return new Map();
    const positions = greatest(await Promise.all(sharedWith.map((other) => offsets.committed(other, topic))));
    const ends = await offsets.ends(topic);
    return new Map([...positions].filter(([partition, position]) => position <= (ends.get(partition) ?? 0n)));
  }

  const ended = (async () => {
    await new Promise<void>((resolve) => {
      if (stopping.signal.aborted) resolve();
      else stopping.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await end();
    if (failure !== undefined) throw failure;
  })();
  ended.catch(() => undefined); // whoever starts a consumer handles it

  async function end(): Promise<void> {
    await assigned;
    // Invocations end and their positions are committed before others get the partitions.
    const last = [...owned.values()];
    for (const { partition } of last) partition.stop();
    await Promise.all(last.map(({ working }) => working));
    const isCommitted = await within(longestStopMilliseconds, commits.stop());
    if (!isCommitted)
      logger.warn('The last positions could not be committed; records are delivered again.', { group });
    await Promise.all(leftover.values());
    // An unresponsive Kafka holds up nothing: its connections end with the process.
    const closed = Promise.all([membership.leave(), fetches.stop(), offsets.close()]);
    await within(longestStopMilliseconds, closed);
  }

  return {
    ended,
    async stop() {
      stopping.abort();
      await ended.catch(() => undefined);
    },
  };
}
