import { createNotifyingStore } from '../lib/pipeline/windows/notifying-store.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { Outbox } from '../lib/ports/outbox.ts';
import type { StreamRecord } from '../lib/ports/event-stream.ts';
import { parseClusterConfig } from './config.ts';
import { kafkaConnectionOf } from './kafka-connection.ts';
import { createKafkaOutbox } from './kafka/outbox.ts';
import { createSender } from './kafka/send.ts';
import { topicName, topics } from './kafka/topics.ts';
import { createWindowNotifier } from './kafka/window-notifier.ts';
import { openStore } from './open-store.ts';

/** A pipeline of the cluster form, as a command sees it: its roles go on meanwhile. */
export interface OperatedPipeline {
  /** Notifies of each window that it changes, as every store of the roles does. */
  readonly store: ObjectStore;
  readonly outbox: Outbox;
  /** @throws RangeError  the pipeline does not have the topic */
  readonly stream: (name: string) => { put(records: readonly StreamRecord[]): Promise<void> };
  readonly close: () => Promise<void>;
}

/**
 * Opens a pipeline with the environment of its roles.
 * @throws InvalidConfig  a variable has an invalid value
 * @throws CannotStart    a file of certificates cannot be read
 */
export async function openForOperator(environment: NodeJS.ProcessEnv): Promise<OperatedPipeline> {
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
