import { Consumer, type CommitOptionsPartition, type GroupAssignment } from '@platformatic/kafka';
import { pause, sourceBackoff } from '../../../event-source/backoff.ts';
import { backoffMilliseconds } from '../../../lib/backoff.ts';
import type { Logger } from '../../../lib/logger.ts';
import { realTimers } from '../../../lib/timers.ts';
import { explain } from '../client/explain.ts';
import { clientOptions, type KafkaConnection } from '../connection.ts';

export interface MembershipOptions {
  readonly connection: KafkaConnection;
  readonly topics: readonly string[];
  readonly group: string;
  /** The name of this process in the group: unique, and the same after a restart. */
  readonly instanceId: string;
  /**
   * Called with all partitions of this process whenever the group has distributed them.
   * @param isNew  this process was not a member before, so others may have had its partitions
   */
  readonly onAssigned: (assignments: readonly GroupAssignment[], isNew: boolean) => void;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** The place of this process in a group of consumers, which share the partitions of topics. */
export interface Membership {
  /** @throws Error  the offsets cannot be committed now */
  commit(offsets: readonly CommitOptionsPartition[]): Promise<void>;
  /** Leaves the group, so that others take over at once. */
  leave(): Promise<void>;
}

/**
 * A process that is gone for longer loses its partitions. One that restarts sooner keeps them: it has the same name in
 * the group. Heartbeats have timers of their own, so that a function may take as long as it needs.
 */
const sessionMilliseconds = 6_000;
const heartbeatMilliseconds = 1_000;
/** Time for members to come back when the group distributes its partitions. */
const rebalanceMilliseconds = 10_000;

/** Joins the group, and joins it again after any failure until it leaves. Logs failures, and never throws them. */
export function startMembership(options: MembershipOptions): Membership {
  const { connection, topics, group, instanceId, onAssigned, logger } = options;
  const consumer = new Consumer({
    ...clientOptions(connection),
    groupId: group,
    groupInstanceId: instanceId,
    groupProtocol: 'classic',
    sessionTimeout: sessionMilliseconds,
    heartbeatInterval: heartbeatMilliseconds,
    rebalanceTimeout: rebalanceMilliseconds,
    heartbeatStallTimeout: rebalanceMilliseconds,
    // The caller tries again: the client itself would join the group again for a commit, at the same time as its
    // heartbeat.
    retries: 0,
    autocommit: false,
  });
  consumer.topics.trackAll(...topics);
  const leaving = new AbortController();
  let joining: Promise<void> | undefined;
  let memberId: string | undefined;

  async function join(): Promise<void> {
    for (let failures = 1; !leaving.signal.aborted; failures += 1) {
      try {
        await consumer.joinGroup({});
        return;
      } catch (error) {
        if (leaving.signal.aborted) return;
        const reason = explain(error);
        logger.warn('The group could not be joined; trying again.', { group, failures, reason, error });
      }
      const milliseconds = backoffMilliseconds(failures, sourceBackoff, Math.random);
      await pause(milliseconds, { timers: realTimers, stopping: leaving.signal });
    }
  }

  function joinAgain(reason: string, error?: unknown): void {
    if (leaving.signal.aborted || joining !== undefined) return;
    if (error !== undefined) logger.warn(reason, { group, error });
    joining = join().finally(() => (joining = undefined));
  }

  consumer.on('consumer:group:join', (joined) => {
    const isNew = memberId !== joined.memberId;
    memberId = joined.memberId;
    const assignments = joined.assignments ?? [];
    logger.info('The group has distributed its partitions.', {
      group,
      instanceId,
      partitions: assignments.map(({ topic, partitions }) => `${topic}: ${partitions.join(' ')}`),
    });
    onAssigned(assignments, isNew);
  });
  // The client gives up after some attempts to join again, and then sends no heartbeats.
  consumer.on('error', (error: Error) => joinAgain('The group was lost; joining it again.', error));
  consumer.on('consumer:heartbeat:stalled', ({ lastError }) =>
    joinAgain('The group does not answer; joining it again.', lastError ?? 'no answer'),
  );
  joinAgain('start');

  return {
    commit: (offsets) => consumer.commit({ offsets: [...offsets] }),
    async leave() {
      leaving.abort();
      try {
        await consumer.close(true);
      } catch (error) {
        logger.warn('The group could not be left; its partitions become free after some seconds.', {
          group,
          error,
        });
      }
    },
  };
}
