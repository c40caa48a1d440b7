import { dimensions } from '../../lib/domain/dimensions.ts';
import type { Tables } from './tables.ts';

/**
 * A change of the schema. Its statements can be repeated, so that two processes may run it at one time, and one that
 * died in it does no harm. A migration never changes once it was released; a further one does.
 */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** Statements for the database. */
  readonly database: (tables: Tables) => readonly string[];
  /** Statements for each table of windows. */
  readonly windows: (table: string) => readonly string[];
}

/** Without it, a power cut may lose an insert that was acknowledged. */
const flushed = 'fsync_after_insert = 1, fsync_part_directory = 1';

export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: 'models of windows',
    database: ({ models, rebuilds }) => [
      `CREATE TABLE IF NOT EXISTS ${models} (
        model UInt64, topic_id String, partitions UInt32,
        is_serving UInt8, changed_at DateTime64(3, 'UTC') DEFAULT now64(3)
      ) ENGINE = ReplacingMergeTree(is_serving) ORDER BY model SETTINGS ${flushed}`,
      `CREATE TABLE IF NOT EXISTS ${rebuilds} (
        model UInt64, place String, windows UInt64, written_at DateTime64(3, 'UTC') DEFAULT now64(3)
      ) ENGINE = ReplacingMergeTree(windows) ORDER BY model SETTINGS ${flushed}`,
    ],
    windows: (table) => [
      `CREATE TABLE IF NOT EXISTS ${table} (
        size Enum8('minute' = 1, 'hour' = 2, 'day' = 3),
        customer_segment String,
        start_minute UInt32 CODEC(Delta, ZSTD),
        customer_id LowCardinality(String),
        window_start DateTime64(0, 'UTC') ALIAS toDateTime64(toInt64(start_minute) * 60, 0, 'UTC'),
        requests UInt64, errors UInt64, batches UInt64, late_requests UInt64, revision UInt64,
        updated_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
        document String CODEC(ZSTD(3)),
        etag String,
        version UInt64,
        is_deleted UInt8
      ) ENGINE = ReplacingMergeTree(version, is_deleted)
      ORDER BY (size, customer_segment, start_minute)
      SETTINGS ${flushed}, index_granularity = 1024, index_granularity_bytes = 4194304`,
    ],
  },
];

/**
 * Returns statements that give a table of windows a column for each dimension: requests by key. A dimension that a
 * later version adds gets its column when that version starts; windows that were projected before have an empty map
 * until they change, or until the model is rebuilt.
 */
export function dimensionColumns(table: string): readonly string[] {
  return dimensions.map(
    ({ field }) =>
      `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${field} Map(String, UInt64) CODEC(ZSTD) AFTER updated_at`,
  );
}
