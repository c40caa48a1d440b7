import type { TopicOffsets } from '../../../lib/ports/topic-offsets.ts';
import type { KafkaConnection } from '../../kafka/connection.ts';
import { groupName, topicName, type Group, type Topic } from '../../kafka/topics.ts';

/** Records that a group has not read. */
export interface Undrained {
  readonly topic: Topic;
  readonly group: Group;
  readonly records: number;
}

/** Topics whose records of one key share a partition, each with a group that reads it without a delay. */
const keyed: readonly (readonly [Topic, Group])[] = [
  ['batches', 'summarizer'],
  ['insights', 'aggregate'],
  ['late', 'aggregate-late'],
  ['windows', 'roll-up'],
];

/**
 * Returns the topics that are not read to their end. With more partitions, a key moves to another one, so waiting
 * records would be read at the same time as later ones of the same window.
 */
export async function findUndrained(
  among: readonly Topic[],
  connection: Pick<KafkaConnection, 'prefix'>,
  offsets: TopicOffsets,
): Promise<Undrained[]> {
  const undrained: Undrained[] = [];
  for (const [topic, group] of keyed) {
    if (!among.includes(topic)) continue;
    const name = topicName(connection, topic);
    const committed = await offsets.committed(groupName(connection, group), name);
    const [starts, ends] = await Promise.all([offsets.starts(name), offsets.ends(name)]);
    const records = Array.from(ends).reduce(
      (sum, [partition, end]) =>
        sum + Number(end - (committed.get(partition) ?? starts.get(partition) ?? 0n)),
      0,
    );
    if (records > 0) undrained.push({ topic, group, records });
  }
  return undrained;
}
