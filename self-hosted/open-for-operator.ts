import type { OperatedCluster } from '../commands/open-cluster.ts';
import { createNotifyingStore } from '../lib/pipeline/windows/notifying-store.ts';
import { parseClusterConfig } from './config.ts';
import { kafkaConnectionOf } from './kafka-connection.ts';
import { createKafkaOutbox } from './kafka/outbox.ts';
import { createSender } from './kafka/send.ts';
import { topicName, topics } from './kafka/topics.ts';
import { createWindowNotifier } from './kafka/window-notifier.ts';
import { openStore } from './open-store.ts';

/**
 * Opens a pipeline with the environment of its roles.
 * @throws InvalidConfig  a variable has an invalid value
 * @throws CannotStart    a file of certificates cannot be read
 */
export async function openForOperator(environment: NodeJS.ProcessEnv): Promise<OperatedCluster> {
  const config = parseClusterConfig(environment);
  const connection = await kafkaConnectionOf(config);
  const { store, close } = openStore(config);
  const sender = createSender(connection);
  const names = new Set(topics.map((topic) => topicName(connection, topic)));
  return {
    store: createNotifyingStore(store, createWindowNotifier(connection, sender)),
    outbox: createKafkaOutbox({ connection, sender, putMilliseconds: config.putMilliseconds }),
    stream(name) {
      if (!names.has(name)) throw new RangeError(`There is no topic "${name}".`);
      return {
        put: (records) =>
          sender.send(
            records.map(({ partitionKey, data }) => ({ topic: name, key: partitionKey, value: data })),
          ),
      };
    },
    async close() {
      await sender.close();
      close();
    },
  };
}
