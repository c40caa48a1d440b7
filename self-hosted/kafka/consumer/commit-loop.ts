import type { CommitOptionsPartition } from '@platformatic/kafka';
import { pause } from '../../../event-source/backoff.ts';
import type { Logger } from '../../../lib/logger.ts';
import { realTimers } from '../../../lib/timers.ts';
import type { OwnedPartition } from './owned-partition.ts';

export interface CommitLoopOptions {
  readonly commit: (offsets: readonly CommitOptionsPartition[]) => Promise<void>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Commits positions that have moved, several together after some milliseconds. */
export interface CommitLoop {
  /** Remembers that the position of a partition has moved. */
  moved(partition: OwnedPartition): void;
  /** Forgets a partition that was lost. */
  forget(partition: OwnedPartition): void;
  /** Commits what is left, once, and ends. */
  stop(): Promise<void>;
}

/** A barrier waits for a commit at each hop, and a commit costs the brokers as much as a record. */
const gatherMilliseconds = 50;
const pauseAfterFailure = 500;

export function startCommitLoop({ commit, logger }: CommitLoopOptions): CommitLoop {
  const stopping = new AbortController();
  const dirty = new Set<OwnedPartition>();
  let wake = () => {};

  async function commitNow(): Promise<boolean> {
    if (dirty.size === 0) return true;
    const partitions = [...dirty];
    dirty.clear();
    try {
      await commit(
        partitions.map(({ topic, partition, position }) => ({
          topic,
          partition,
          offset: position,
          leaderEpoch: -1,
        })),
      );
      return true;
    } catch (error) {
      // If this process ends before the next attempt, the records are delivered again, which does no harm.
      logger.warn('Positions could not be committed; trying again.', { error });
      for (const partition of partitions) if (!partition.isLost) dirty.add(partition);
      return false;
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      if (dirty.size === 0) await woken;
      await pause(gatherMilliseconds, { timers: realTimers, stopping: stopping.signal });
      if (stopping.signal.aborted || (await commitNow())) continue;
      await pause(pauseAfterFailure, { timers: realTimers, stopping: stopping.signal });
    }
  }

  const running = run();
  return {
    moved(partition) {
      dirty.add(partition);
      wake();
    },
    forget: (partition) => void dirty.delete(partition),
    async stop() {
      stopping.abort();
      wake();
      await running;
      await commitNow();
    },
  };
}
