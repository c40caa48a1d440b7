import { ConfigResourceTypes, type Admin } from '@platformatic/kafka';
import type { KafkaConnection } from '../../kafka/connection.ts';
import { topics, topicName, type Topic } from '../../kafka/topics.ts';

/** A topic as it exists in Kafka. */
export interface FoundTopic {
  readonly partitions: number;
  /** Smallest number of brokers that hold a partition. */
  readonly replication: number;
  readonly settings: ReadonlyMap<string, string | null | undefined>;
}

/** Reads the topics of an installation; those that do not exist are absent. */
export async function readTopics(
  admin: Admin,
  connection: Pick<KafkaConnection, 'prefix'>,
): Promise<ReadonlyMap<Topic, FoundTopic>> {
  const listed = new Set(await admin.listTopics());
  const found = topics.filter((topic) => listed.has(topicName(connection, topic)));
  if (found.length === 0) return new Map();
  const names = found.map((topic) => topicName(connection, topic));
  const metadata = await admin.metadata({ topics: names, forceUpdate: true });
  const described = await admin.describeConfigs({
    resources: names.map((resourceName) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName })),
  });
  const settingsOf = new Map(
    described.map(({ resourceName, configs }) => [
      resourceName,
      new Map(configs.map(({ name, value }) => [name, value])),
    ]),
  );
  return new Map(
    found.map((topic) => {
      const name = topicName(connection, topic);
      const partitions = metadata.topics.get(name)?.partitions ?? [];
      return [
        topic,
        {
          partitions: partitions.length,
          replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
          settings: settingsOf.get(name) ?? new Map<string, string>(),
        },
      ];
    }),
  );
}
