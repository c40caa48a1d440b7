import type { Logger } from '../lib/logger.ts';
import { createBarrierWatch, type BarrierWatch } from '../lib/pipeline/barriers/watch-barriers.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { WindowReader } from '../lib/ports/window-reader.ts';
import { realTimers } from '../lib/timers.ts';
import { barrierTimes } from './barrier-times.ts';
import { openClickHouse, type ClickHouse } from './clickhouse/client.ts';
import { ServedModel, withProjector } from './clickhouse/served-model.ts';
import { tablesIn, type Tables } from './clickhouse/tables.ts';
import { createModelReader } from './clickhouse/window-reader.ts';
import { readWindowsTopic } from './clickhouse/windows-topic.ts';
import type { ClusterConfig } from './config.ts';
import type { KafkaConnection } from './kafka/connection.ts';
import { hopsToReadModel } from './kafka/hops.ts';
import type { KafkaTopicOffsets } from './kafka/topic-offsets.ts';
import { topicName } from './kafka/topics.ts';

/** The read model in ClickHouse. */
export interface ReadModel {
  readonly clickHouse: ClickHouse;
  readonly tables: Tables;
  readonly reader: WindowReader;
  /** Barriers of what the model has; they pass only while they run. */
  readonly barriers: BarrierWatch;
  close(): Promise<void>;
}

export interface ReadModelPorts {
  readonly connection: KafkaConnection;
  readonly offsets: KafkaTopicOffsets;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Opens the read model; returns `undefined` if there is none. This needs no connection yet.
 * @throws CannotStart  the file of certificates cannot be read
 */
export function openReadModel(
  { clickHouse: config, clockDifferenceMilliseconds }: ClusterConfig,
  { connection, offsets, clock, logger }: ReadModelPorts,
): ReadModel | undefined {
  if (config === undefined) return undefined;
  const clickHouse = openClickHouse(config);
  const tables = tablesIn(config.database);
  const model = new ServedModel({
    clickHouse,
    tables,
    readTopic: () => readWindowsTopic(offsets, connection),
  });
  const barriers = createBarrierWatch(
    {
      offsets: withProjector(offsets, model, topicName(connection, 'windows')),
      clock,
      timers: realTimers,
      logger,
    },
    { hops: hopsToReadModel(connection), ...barrierTimes, clockDifferenceMilliseconds },
  );
  return {
    clickHouse,
    tables,
    barriers,
    reader: createModelReader({ clickHouse, tables, model: () => model.seen }),
    close: () => clickHouse.close(),
  };
}
