import type { ClusterLook } from '../../commands/open-cluster.ts';
import type { ConsumedTopic } from '../admin/cluster-metrics.ts';
import { createBarrierWatch } from '../../lib/pipeline/barriers/watch-barriers.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { TopicOffsets } from '../../lib/ports/topic-offsets.ts';
import { realTimers } from '../../lib/timers.ts';
import { UnavailableParts } from '../../lib/unavailable-parts.ts';
import type { AggregateEngine } from '../kafka/engine-names.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { hopsOf } from '../kafka/hops.ts';
import { consumedTopicsOf } from '../roles/consumed-topics.ts';
import { roleNames } from '../roles/role-names.ts';
import { lookEveryMilliseconds, passBarrier } from './pass-barrier.ts';
import { readProcesses } from './read-processes.ts';

export interface ClusterLookPorts {
  readonly connection: KafkaConnection;
  readonly offsets: TopicOffsets;
  readonly clock: Clock;
  readonly clockDifferenceMilliseconds: number;
  readonly aggregateEngine: AggregateEngine;
  /** Otherwise nothing is projected. */
  readonly hasReadModel: boolean;
}

/** A healthy pipeline passes a barrier within two seconds. */
const maxBarrierMilliseconds = 6_000;

/** Reads what Kafka knows about the pipeline: what waits, which processes work, and how far the counts are. */
export async function lookAtCluster(ports: ClusterLookPorts): Promise<ClusterLook> {
  const { connection, offsets, clock, hasReadModel } = ports;
  const roles = roleNames.filter((role) => role !== 'project' || hasReadModel);
  const parts = new UnavailableParts();
  // A person can wait longer than a reader of metrics.
  const consumed = consumedTopicsOf(roles, { connection, offsets }, clock, (stream) => stream);
  // Dead letters are counted one by one.
  const waiting = consumed.topics.filter(({ topic }) => topic !== 'dead-letters');
  try {
    const [topics, processes, counted] = await Promise.all([
      parts.read(Promise.all(waiting.map((topic) => readBacklog(topic, clock)))),
      parts.read(readProcesses(connection, { hasReadModel, aggregateEngine: ports.aggregateEngine })),
      parts.read(lookAtCounts(ports)),
    ]);
    return { problems: parts.reasons, topics, processes, ...counted };
  } finally {
    await consumed.close();
  }
}

async function readBacklog({ topic, group, backlog }: ConsumedTopic, clock: Clock) {
  const { records, oldestPutAt } = await backlog();
  const age = oldestPutAt === undefined ? 0 : clock.now().getTime() - oldestPutAt.getTime();
  return { topic, group, records, oldestSeconds: Math.max(0, age) / 1_000 };
}

/** Waits until a barrier that begins now has passed, or for some seconds: then counting is behind. */
async function lookAtCounts(
  ports: ClusterLookPorts,
): Promise<Pick<ClusterLook, 'countedThrough' | 'rolledUpThrough'>> {
  const { connection, offsets, clock, clockDifferenceMilliseconds } = ports;
  const logger = { warn: () => undefined };
  const barriers = createBarrierWatch(
    { offsets, clock, timers: realTimers, logger },
    {
      hops: hopsOf(connection),
      lookEveryMilliseconds,
      maxGapMilliseconds: maxBarrierMilliseconds,
      clockDifferenceMilliseconds,
    },
  );
  await passBarrier(barriers, maxBarrierMilliseconds);
  return { countedThrough: barriers.minutes(), rolledUpThrough: barriers.rollUps() };
}
