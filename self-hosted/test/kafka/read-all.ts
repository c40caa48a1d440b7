import { Consumer } from '@platformatic/kafka';
import { readFirstRecord } from '../../kafka/client/read-first-record.ts';
import { clientOptions, type KafkaConnection } from '../../kafka/connection.ts';
import type { TopicRecord } from '../../kafka/consumer/topic-record.ts';
import { createTopicOffsets } from '../../kafka/topic-offsets.ts';

/** Reads all records that a topic has now. */
export async function readAll(connection: KafkaConnection, topic: string): Promise<TopicRecord[]> {
  const offsets = createTopicOffsets(connection);
  const consumer = new Consumer({ ...clientOptions(connection), groupId: 'read-all' });
  try {
    const records: TopicRecord[] = [];
    for (const [partition, end] of await offsets.ends(topic)) {
      for (let at = 0n; at < end;) {
        const record = await readFirstRecord(consumer, topic, partition, at);
        if (record === undefined) break;
        records.push(record);
        at = record.offset + 1n;
      }
    }
    return records;
  } finally {
    await Promise.all([consumer.close(true), offsets.close()]);
  }
}
