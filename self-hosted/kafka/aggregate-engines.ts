import type { Offsets } from '../../lib/ports/topic-offsets.ts';
import type { KafkaConnection } from './connection.ts';
import type { AggregateEngine } from './engine-names.ts';
import { createTopicOffsets, type KafkaTopicOffsets } from './topic-offsets.ts';
import { groupName, topicName, type Group, type Topic } from './topics.ts';

/** The topics of partials, each with the groups of its engines. */
const groupsOf = {
  insights: { eventSource: 'aggregate', flink: 'flink' },
  late: { eventSource: 'aggregate-late', flink: 'flink' },
} as const satisfies Partial<Record<Topic, { eventSource: Group; flink: Group }>>;

/** Returns the groups whose positions say how far a topic of partials is counted. */
function countingGroups(topic: keyof typeof groupsOf, engine: AggregateEngine): readonly Group[] {
  const { eventSource, flink } = groupsOf[topic];
  switch (engine) {
    case 'event-source':
      return [eventSource];
    case 'flink':
      return [flink];
    case 'both':
      return [eventSource, flink];
  }
}

/**
 * Creates a reader of offsets for which a partial is read as soon as one of the engines in use has committed past it: by
 * then, the window has it. An engine that is not in use has no say, because its positions may be those of a time before a
 * loss.
 */
export function createCountedOffsets(
  connection: KafkaConnection,
  engine: AggregateEngine,
): KafkaTopicOffsets {
  const offsets = createTopicOffsets(connection);
  const groupsByTopic = new Map(
    (['insights', 'late'] as const).map((topic) => [
      topicName(connection, topic),
      countingGroups(topic, engine).map((group) => groupName(connection, group)),
    ]),
  );
  return {
    ...offsets,
    async committed(group, topic) {
      const groups = groupsByTopic.get(topic) ?? [group];
      return greatest(await Promise.all(groups.map((each) => offsets.committed(each, topic))));
    },
  };
}

/** Returns the greatest offset of each partition. */
export function greatest(all: readonly Offsets[]): Offsets {
  const merged = new Map<number, bigint>();
  for (const [partition, offset] of all.flatMap((each) => [...each])) {
    const known = merged.get(partition);
    if (known === undefined || offset > known) merged.set(partition, offset);
  }
  return merged;
}
