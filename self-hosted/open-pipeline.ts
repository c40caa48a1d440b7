import { createApp, type App } from '../handlers/wiring.ts';
import type { Logger } from '../lib/logger.ts';
import { createObjectWindowReader } from '../lib/pipeline/query/object-window-reader.ts';
import { createBarrierProgress } from '../lib/pipeline/barriers/barrier-progress.ts';
import { createBarrierWatch, type BarrierWatch } from '../lib/pipeline/barriers/watch-barriers.ts';
import { createFailedRecords } from '../lib/pipeline/failed-records/failed-records.ts';
import { IntentAdmission } from '../lib/pipeline/streams/intent-admission.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { ObjectVersions } from '../lib/ports/object-versions.ts';
import type { RollUpBacklog } from '../lib/ports/roll-up-backlog.ts';
import { realTimers } from '../lib/timers.ts';
import { createReaderWithStore } from './clickhouse/reader-with-store.ts';
import { withBoundedBacklog } from './bounded-backlog.ts';
import type { ClusterConfig } from './config.ts';
import { kafkaConnectionOf } from './kafka-connection.ts';
import { createCountedOffsets } from './kafka/aggregate-engines.ts';
import type { KafkaConnection } from './kafka/connection.ts';
import { createKafkaEventStream, type KafkaEventStream } from './kafka/event-stream.ts';
import { barrierTimes } from './barrier-times.ts';
import { hopsOf } from './kafka/hops.ts';
import { createKafkaOutbox } from './kafka/outbox.ts';
import { createSender, type KafkaSender } from './kafka/send.ts';
import type { KafkaTopicOffsets } from './kafka/topic-offsets.ts';
import { groupName, topicName, type Group, type Topic } from './kafka/topics.ts';
import { createWindowNotifier } from './kafka/window-notifier.ts';
import { openReadModel, type ReadModel } from './open-read-model.ts';
import { openStore } from './open-store.ts';

export interface PipelineParts {
  readonly config: ClusterConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  /** True if an authorizer decides which customer a request belongs to. */
  readonly hasAuthorizer: boolean;
}

/** The functions' app on Kafka and the store, shared by all roles of a process. */
export interface ClusterPipeline {
  readonly app: App;
  readonly connection: KafkaConnection;
  readonly barriers: BarrierWatch;
  readonly offsets: KafkaTopicOffsets;
  readonly versions: ObjectVersions;
  /** Present if there is a read model. */
  readonly readModel: ReadModel | undefined;
  readonly sender: KafkaSender;
  /** The topic of intents. */
  readonly intents: KafkaEventStream;
  close(): Promise<void>;
}

/**
 * Opens the connections of a process and wires its app. This needs neither Kafka nor the store yet.
 * @throws CannotStart  a file of certificates cannot be read
 */
export async function openPipeline({
  config,
  clock,
  logger,
  hasAuthorizer,
}: PipelineParts): Promise<ClusterPipeline> {
  const connection = await kafkaConnectionOf(config);
  const { store, versions, close: closeStore } = openStore(config);
  const sender = createSender(connection);
  const offsets = createCountedOffsets(connection, config.aggregateEngine);
  const { clockDifferenceMilliseconds, putMilliseconds, pipeline } = config;
  const barriers = createBarrierWatch(
    { offsets, clock, timers: realTimers, logger },
    { hops: hopsOf(connection), ...barrierTimes, clockDifferenceMilliseconds },
  );
  const stream = (topic: Topic, group: Group) =>
    withBoundedBacklog(
      createKafkaEventStream({
        connection,
        topic: topicName(connection, topic),
        group: groupName(connection, group),
        sender,
        offsets,
        clock,
        countedThrough: async () => barriers.minutes(),
      }),
    );
  const streams = { insights: stream('insights', 'aggregate'), late: stream('late', 'aggregate-late') };
  const intents = stream('batches', 'summarizer');
  // Listed again once a barrier of either kind has passed: the list then has every record that left its topic before it.
  const failedRecordsVersion = () =>
    (barriers.minutes()?.getTime() ?? Number.NaN) + (barriers.rollUps()?.getTime() ?? 0);
  const failedRecords = createFailedRecords({ store, version: failedRecordsVersion });
  const readModel = openReadModel(config, { connection, offsets, clock, logger });
  const reads = config.readFrom === 'clickhouse' ? readModel : undefined;
  const app = createApp({
    config: pipeline,
    clock,
    logger,
    store,
    versions,
    streams,
    rollUps: barrierRollUps(barriers),
    failedRecordsVersion,
    hasAuthorizer,
    linkSecrets: config.linkSecrets,
    notifier: createWindowNotifier(connection, sender),
    outbox: createKafkaOutbox({ connection, sender, putMilliseconds }),
    admission: new IntentAdmission({ intents, clock, maxBacklogRecords: pipeline.maxBacklogRecords }),
    progress: createBarrierProgress({
      barriers: reads?.barriers ?? barriers,
      failedRecords,
      clock,
      logger,
    }),
    reader: reads && createReaderWithStore(reads.reader, createObjectWindowReader(store, versions), logger),
  });
  return {
    app,
    connection,
    barriers,
    offsets,
    sender,
    intents,
    versions,
    readModel,
    async close() {
      await Promise.all([streams.insights.close(), streams.late.close(), intents.close(), sender.close()]);
      await Promise.all([offsets.close(), readModel?.close()]);
      closeStore();
    },
  };
}

/** The progress of roll-ups by barriers; it is not known which minutes wait. */
function barrierRollUps(barriers: BarrierWatch): RollUpBacklog {
  return {
    of: async () => ({ through: barriers.rollUps(), entries: undefined, waitsWithin: () => false }),
    oldestWrittenAt: async () => undefined,
  };
}
