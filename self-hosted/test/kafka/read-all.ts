import { Consumer } from '@platformatic/kafka';
import { randomUUID } from 'node:crypto';
import { clientOptions, type KafkaConnection } from '../../kafka/connection.ts';
import { createTopicOffsets } from '../../kafka/topic-offsets.ts';

/** Reads all records that a topic has now. */
export async function readAll(
  connection: KafkaConnection,
  topic: string,
): Promise<{ readonly key: string; readonly value: Buffer }[]> {
  const offsets = createTopicOffsets(connection);
  const ends = await offsets.ends(topic);
  await offsets.close();
  const left = new Map([...ends].filter(([, end]) => end > 0n));
  if (left.size === 0) return [];

  const groupId = `${connection.prefix}read-${randomUUID()}`;
  const consumer = new Consumer({ ...clientOptions(connection), groupId, autocommit: false });
  const records: { key: string; value: Buffer }[] = [];
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxWaitTime: 50 });
  for await (const { key, value, partition, offset } of stream) {
    records.push({ key: key.toString(), value });
    if (offset + 1n >= (left.get(partition) ?? 0n)) left.delete(partition);
    if (left.size === 0) break;
  }
  await consumer.close(true);
  return records;
}
