import type { OperatedCluster } from '../commands/open-cluster.ts';
import { Unavailable } from '../lib/errors.ts';
import { createNotifyingStore } from '../lib/pipeline/windows/notifying-store.ts';
import { segmentOfCustomer } from '../lib/domain/keys.ts';
import { createBarrierWatch } from '../lib/pipeline/barriers/watch-barriers.ts';
import { realTimers } from '../lib/timers.ts';
import { barrierTimes } from './barrier-times.ts';
import { CannotStart } from './cannot-start.ts';
import { openClickHouse, QueryRefused } from './clickhouse/client.ts';
import { compareWithStore } from './clickhouse/compare-with-store.ts';
import { tablesIn } from './clickhouse/tables.ts';
import { readWindowsTopic } from './clickhouse/windows-topic.ts';
import { parseClusterConfig, type ClusterConfig } from './config.ts';
import { kafkaConnectionOf } from './kafka-connection.ts';
import { openDeadLetterTopic } from './kafka/dead-letters/dead-letter-topic.ts';
import { createCountedOffsets } from './kafka/aggregate-engines.ts';
import { hopsOf } from './kafka/hops.ts';
import { createKafkaOutbox } from './kafka/outbox.ts';
import { createSender } from './kafka/send.ts';
import { topicName, topics } from './kafka/topics.ts';
import { createWindowNotifier } from './kafka/window-notifier.ts';
import { openReadModel } from './open-read-model.ts';
import { openStore } from './open-store.ts';
import { passBarrier } from './operator/pass-barrier.ts';
import { lookAtCluster } from './operator/look-at-cluster.ts';

/** Long enough for a pipeline that is at work; one that is stopped or far behind does not pass a barrier in that time. */
const maxCountedMilliseconds = 60_000;

/**
 * Opens a pipeline with the environment of its roles. This needs neither Kafka nor the store yet.
 * @throws InvalidConfig  a variable has an invalid value
 * @throws Unavailable    a file of certificates cannot be read
 */
export async function openForOperator(environment: NodeJS.ProcessEnv): Promise<OperatedCluster> {
  try {
    return await open(parseClusterConfig(environment));
  } catch (error) {
    // A command reports `Unavailable`, and does not know the errors of roles.
    if (error instanceof CannotStart) throw new Unavailable(error.message);
    throw error;
  }
}

async function open(config: ClusterConfig): Promise<OperatedCluster> {
  const connection = await kafkaConnectionOf(config);
  const { store, versions, close } = openStore(config);
  const sender = createSender(connection);
  const offsets = createCountedOffsets(connection, config.aggregateEngine);
  const deadLetters = openDeadLetterTopic({ connection, sender, offsets });
  const { clockDifferenceMilliseconds, aggregateEngine } = config;
  const hasReadModel = config.clickHouse !== undefined;
  const clock = { now: () => new Date() };
  const names = new Set(topics.map((topic) => topicName(connection, topic)));
  const notifier = createWindowNotifier(connection, sender);
  const model = config.clickHouse && {
    clickHouse: openClickHouse(config.clickHouse),
    tables: tablesIn(config.clickHouse.database),
  };
  const readTopic = () => readWindowsTopic(offsets, connection);
  return {
    store: createNotifyingStore(store, notifier),
    readModel: model && {
      async differing(customerId) {
        const segment = customerId && segmentOfCustomer(customerId);
        try {
          return await compareWithStore({ ...model, store, versions, readTopic }, segment);
        } catch (error) {
          // A command reports `Unavailable`, and does not know the errors of ClickHouse.
          if (error instanceof QueryRefused) throw new Unavailable(error.message, { cause: error });
          throw error;
        }
      },
      announce: (keys) => notifier.notify(keys),
    },
    outbox: createKafkaOutbox({ connection, sender, putMilliseconds: config.putMilliseconds }),
    deadLetters,
    notifyRollUp: (minute) => notifier.notify([minute]),
    async untilCounted() {
      const ports = { connection, offsets, clock, logger: { warn: () => undefined } };
      // A watch of its own, since a barrier that another watch has seen may be from before what was put.
      const readModel = openReadModel(config, ports);
      const options = { hops: hopsOf(connection), ...barrierTimes, clockDifferenceMilliseconds };
      const barriers = readModel?.barriers ?? createBarrierWatch({ ...ports, timers: realTimers }, options);
      try {
        return await passBarrier(barriers, maxCountedMilliseconds);
      } finally {
        await readModel?.close();
      }
    },
    look: () =>
      lookAtCluster({
        connection,
        offsets,
        clock,
        clockDifferenceMilliseconds,
        hasReadModel,
        aggregateEngine,
      }),
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
      try {
        await deadLetters.close();
      } finally {
        await Promise.all([sender.close(), offsets.close(), model?.clickHouse.close()]);
        close();
      }
    },
  };
}
