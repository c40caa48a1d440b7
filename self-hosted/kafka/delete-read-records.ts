import type { Admin } from '@platformatic/kafka';
import type { TopicOffsets } from '../../lib/ports/topic-offsets.ts';
import type { KafkaConnection } from './connection.ts';
import { groupName, groupsOfTopic, topics, topicName } from './topics.ts';

export interface DeleteReadPorts {
  readonly admin: Admin;
  readonly connection: Pick<KafkaConnection, 'prefix'>;
  readonly offsets: TopicOffsets;
  /** The projector reads the topic `windows` as well. */
  readonly hasReadModel: boolean;
}

/**
 * Deletes the records that were appended before an instant and that all groups of their topic have read. It keeps what
 * is newer, so that a group whose position was set back by a mistake finds it.
 * @returns the number of deleted records
 */
export async function deleteReadRecords(
  before: Date,
  { admin, connection, offsets, hasReadModel }: DeleteReadPorts,
): Promise<number> {
  let deleted = 0;
  for (const topic of topics) {
    const name = topicName(connection, topic);
    const groups = [
      ...groupsOfTopic[topic],
      ...(topic === 'windows' && hasReadModel ? (['project'] as const) : []),
    ].map((group) => groupName(connection, group));
    const positions = await Promise.all(groups.map((group) => offsets.committed(group, name)));
    const [starts, ends] = await Promise.all([offsets.starts(name), offsets.ends(name)]);
    const partitions = [...ends.keys()];
    const timestamp = BigInt(before.getTime());
    const [listed] = await admin.listOffsets({
      topics: [{ name, partitions: partitions.map((partitionIndex) => ({ partitionIndex, timestamp })) }],
    });
    const wanted = partitions.flatMap((partition) => {
      const start = starts.get(partition) ?? 0n;
      // -1 if no record is that new.
      const found = listed?.partitions.find(({ partitionIndex }) => partitionIndex === partition)?.offset;
      const newer = found === undefined || found < 0n ? (ends.get(partition) ?? 0n) : found;
      const read = positions.map((committed) => committed.get(partition) ?? start);
      const offset = [newer, ...read].reduce((least, each) => (each < least ? each : least));
      return offset > start ? [{ partition, offset, records: Number(offset - start) }] : [];
    });
    if (wanted.length === 0) continue;
    await admin.deleteRecords({
      topics: [{ name, partitions: wanted.map(({ partition, offset }) => ({ partition, offset })) }],
    });
    deleted += wanted.reduce((sum, { records }) => sum + records, 0);
  }
  return deleted;
}
