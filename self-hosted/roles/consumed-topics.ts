import type { TopicOffsets } from '../../lib/ports/topic-offsets.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ConsumedTopic } from '../admin/cluster-metrics.ts';
import { withBoundedBacklog } from '../bounded-backlog.ts';
import { createKafkaEventStream, type KafkaEventStream } from '../kafka/event-stream.ts';
import { groupName, topicName, type Group, type Topic } from '../kafka/topics.ts';
import type { ClusterPipeline } from '../open-pipeline.ts';
import type { RoleName } from './role-names.ts';

/** Topics that a role consumes, each with the group that reads it. */
const consumedBy: Readonly<Record<RoleName, readonly (readonly [Topic, Group])[]>> = {
  api: [],
  summarizer: [['batches', 'summarizer']],
  aggregate: [
    ['insights', 'aggregate'],
    ['late', 'aggregate-late'],
  ],
  verify: [
    ['batches', 'verify'],
    ['verify-60', 'verify'],
    ['verify-600', 'verify'],
    ['verify-3600', 'verify'],
    ['verify-86400', 'verify'],
    ['dead-letters', 'dead-letters'], // which commands read; `verify` writes them
  ],
  'roll-up': [['windows', 'roll-up']],
  project: [['windows', 'project']],
};

/**
 * Returns the topics that the roles consume.
 * @param bound  limits the time for which a reader waits for a backlog, as metrics need it
 */
export function consumedTopicsOf(
  roles: readonly RoleName[],
  { connection, offsets }: Pick<ClusterPipeline, 'connection'> & { readonly offsets: TopicOffsets },
  clock: Clock,
  bound = withBoundedBacklog,
): { readonly topics: readonly ConsumedTopic[]; close(): Promise<void> } {
  const streams: KafkaEventStream[] = [];
  const topics = roles
    .flatMap((role) => consumedBy[role])
    .map(([topic, group]): ConsumedTopic => {
      const stream = createKafkaEventStream({
        connection,
        topic: topicName(connection, topic),
        group: groupName(connection, group),
        sender: { send: () => Promise.reject(new Error('Nothing is put here.')) },
        offsets,
        clock,
        countedThrough: async () => undefined,
      });
      streams.push(stream);
      return { topic, group, backlog: () => bound(stream).backlog() };
    });
  return {
    topics,
    async close() {
      await Promise.all(streams.map((stream) => stream.close()));
    },
  };
}
