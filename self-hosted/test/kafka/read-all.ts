import { Consumer } from '@platformatic/kafka';
import { readRecords } from '../../kafka/client/read-records.ts';
import { clientOptions, type KafkaConnection } from '../../kafka/connection.ts';
import { createTopicOffsets } from '../../kafka/topic-offsets.ts';

/** Reads all records that a topic has now. It joins no group, since the brokers may have restarted a moment ago. */
export async function readAll(
  connection: KafkaConnection,
  topic: string,
): Promise<{ readonly key: string; readonly value: Buffer }[]> {
  const offsets = createTopicOffsets(connection);
  const [starts, ends] = [await offsets.starts(topic), await offsets.ends(topic)];
  await offsets.close();
  const consumer = new Consumer({ ...clientOptions(connection), groupId: `${connection.prefix}read` });
  const records: { key: string; value: Buffer }[] = [];
  for (const [partition, to] of ends) {
    const from = starts.get(partition) ?? 0n;
    for await (const record of readRecords(consumer, { topic, partition, from, to })) records.push(record);
  }
  await consumer.close(true);
  return records;
}
