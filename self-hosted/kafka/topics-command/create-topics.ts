import type { Admin } from '@platformatic/kafka';
import type { KafkaConnection } from '../connection.ts';
import { topicSettings, type TopicChoices } from '../topic-settings.ts';
import { topicName, type Topic } from '../topics.ts';

/** Creates topics with their settings. */
export async function createTopics(
  admin: Admin,
  connection: Pick<KafkaConnection, 'prefix'>,
  missing: readonly Topic[],
  choices: TopicChoices,
): Promise<void> {
  for (const topic of missing) {
    const configs = Object.entries(topicSettings(topic, choices)).map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      topics: [topicName(connection, topic)],
      partitions: choices.partitions,
      replicas: choices.replication,
      configs,
    });
  }
}
