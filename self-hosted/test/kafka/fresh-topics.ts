import { Admin } from '@platformatic/kafka';
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { clientOptions, type KafkaConnection } from '../../kafka/connection.ts';
import { topics, topicName, type Topic } from '../../kafka/topics.ts';
import { createTopics } from '../../kafka/create-topics.ts';

/** A Kafka with topics of its own for one test. */
export interface FreshTopics {
  readonly connection: KafkaConnection;
  readonly nameOf: (topic: Topic) => string;
  readonly remove: () => Promise<void>;
}

/** Creates topics under a prefix that no other test has. */
export async function createFreshTopics(
  wanted: readonly Topic[] = topics,
  { partitions = 4 }: { readonly partitions?: number } = {},
): Promise<FreshTopics> {
  const connection: KafkaConnection = {
    brokers: inject('services').brokers,
    prefix: `test-${randomUUID()}-`,
    clientId: 'test',
  };
  const admin = new Admin(clientOptions(connection));
  await createTopics(admin, connection, wanted, { partitions, replication: 1, flushesIntents: false });
  return {
    connection,
    nameOf: (topic) => topicName(connection, topic),
    async remove() {
      await admin.deleteTopics({ topics: wanted.map((topic) => topicName(connection, topic)) });
      await admin.close();
    },
  };
}
