import { findErrorBy, type Admin } from '@platformatic/kafka';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaConnection } from './connection.ts';
import { topicSettings, type TopicChoices } from './topic-settings.ts';
import { topicName, type Topic } from './topics.ts';

const pauseMilliseconds = 50;
const maxAttempts = 200;

/** Creates topics with their settings, and resolves when all brokers know them. */
export async function createTopics(
  admin: Admin,
  connection: Pick<KafkaConnection, 'prefix'>,
  missing: readonly Topic[],
  choices: TopicChoices,
): Promise<void> {
  for (const topic of missing) {
    const configs = Object.entries(topicSettings(topic, choices)).map(([name, value]) => ({ name, value }));
    try {
      await admin.createTopics({
        topics: [topicName(connection, topic)],
        partitions: choices.partitions,
        replicas: choices.replication,
        configs,
      });
    } catch (error) {
      // Somebody else created it meanwhile; the check that follows reports wrong settings.
      if (!(error instanceof Error) || findErrorBy(error, 'apiId', 'TOPIC_ALREADY_EXISTS') === null)
        throw error;
    }
  }
  const names = missing.map((topic) => topicName(connection, topic));
  for (let attempt = 1; names.length > 0; attempt += 1) {
    if (await haveLeaders(admin, names)) return;
    if (attempt === maxAttempts)
      throw new Error('Topics were created, but their partitions have no leaders yet.');
    await sleep(pauseMilliseconds);
  }
}

/** The broker that answers may not have heard yet of topics that were just created. */
async function haveLeaders(admin: Admin, names: readonly string[]): Promise<boolean> {
  const listed = new Set(await admin.listTopics());
  if (!names.every((name) => listed.has(name))) return false;
  const { topics } = await admin.metadata({ topics: [...names], forceUpdate: true });
  return names.every((name) => topics.get(name)?.partitions.every(({ leader }) => leader >= 0) === true);
}
