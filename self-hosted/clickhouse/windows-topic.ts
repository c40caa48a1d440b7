import type { KafkaConnection } from '../kafka/connection.ts';
import type { KafkaTopicOffsets } from '../kafka/topic-offsets.ts';
import { topicName } from '../kafka/topics.ts';
import type { WindowsTopic } from './models.ts';

/**
 * Reads the topic of changed windows.
 * @throws Unavailable  Kafka cannot be read now
 */
export async function readWindowsTopic(
  offsets: Pick<KafkaTopicOffsets, 'idOf' | 'starts' | 'ends'>,
  connection: Pick<KafkaConnection, 'prefix'>,
): Promise<WindowsTopic> {
  const topic = topicName(connection, 'windows');
  const [id, starts, ends] = await Promise.all([
    offsets.idOf(topic),
    offsets.starts(topic),
    offsets.ends(topic),
  ]);
  return { id, starts, ends };
}
