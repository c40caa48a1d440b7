import type { Admin } from '@platformatic/kafka';
import type { TopicOffsets } from '../../../lib/ports/topic-offsets.ts';
import type { KafkaConnection } from '../../kafka/connection.ts';
import { groupName, groupsOfTopic, topics, topicName, type Group, type Topic } from '../../kafka/topics.ts';

/** A position that no role can continue from. */
export interface LostPosition {
  /** Names in Kafka. */
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first available record. */
  readonly start: bigint;
}

/** Finds positions before the first record or after the last one, and missing positions if records were deleted. */
export async function findLostPositions(
  connection: Pick<KafkaConnection, 'prefix'>,
  offsets: TopicOffsets,
): Promise<LostPosition[]> {
  const lost: LostPosition[] = [];
  for (const topic of topics.filter((each) => each !== 'dead-letters')) {
    const name = topicName(connection, topic);
    const [starts, ends] = await Promise.all([offsets.starts(name), offsets.ends(name)]);
    for (const each of [...groupsOfTopic[topic], ...optionalGroupsOf(topic)]) {
      const group = groupName(connection, each);
      const committed = await offsets.committed(group, name);
      if (optionalGroupsOf(topic).includes(each) && committed.size === 0) continue; // there is no Flink job
      for (const [partition, end] of ends) {
        const start = starts.get(partition) ?? 0n;
        const position = committed.get(partition);
        const isLost = position === undefined ? start > 0n : position < start || position > end;
        if (isLost) lost.push({ group, topic: name, partition, start });
      }
    }
  }
  return lost;
}

/** Returns the groups that exist only if their program was ever used. */
function optionalGroupsOf(topic: Topic): readonly Group[] {
  return topic === 'insights' || topic === 'late' ? ['flink'] : [];
}

/**
 * Moves lost positions to the first available record. Kafka refuses this while a process of the group runs.
 * @throws GenericError  Kafka refuses, or does not answer
 */
export async function setToStart(lost: readonly LostPosition[], admin: Admin): Promise<void> {
  for (const { group, topic, partition, start } of lost) {
    await admin.alterConsumerGroupOffsets({
      groupId: group,
      topics: [{ name: topic, partitionOffsets: [{ partition, offset: start }] }],
    });
  }
}
