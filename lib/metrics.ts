import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createEmbeddedMetrics, type EmbeddedMetricsOptions } from './embedded-metrics.ts';
import { Unavailable } from './errors.ts';
import type { Streams } from './pipeline/streams/streams.ts';
import type { Backlog, EventStream } from './ports/event-stream.ts';
import type { DiskRoom } from './ports/disk-room.ts';
import type { RollUpBacklog } from './ports/roll-up-backlog.ts';

/** Options of the metrics that an instance flushes by itself. */
export type FlushedMetrics = Pick<EmbeddedMetricsOptions, 'namespace' | 'clock' | 'write'>;

/** Parts that are measured when the metrics are read. */
export interface MeasuredParts {
  /** Set if the store is a disk of this machine. */
  readonly diskRoom?: DiskRoom | undefined;
  /** Source of the age of minutes that are not rolled up. */
  readonly rollUps?: RollUpBacklog | undefined;
}

const prefix = 'log_analytics_';

/** The metrics that the pipeline keeps about itself. Labels have few values: never a customer, a path or an id. */
export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Creates the metrics.
 * @param streams  streams by name, whose depth and age are read together with the metrics
 * @param flushed  destination for a flush at the end of each invocation, if nobody reads the metrics
 */
export function createMetrics(
  streams: Streams,
  flushed?: FlushedMetrics,
  { diskRoom, rollUps }: MeasuredParts = {},
) {
  const registry = new Registry();
  // Metrics of the process are only for readers; a flush would collect them again at the end of each invocation.
  if (flushed === undefined) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `${prefix}${name}`, help, labelNames, registers });

  const gauge = (name: string, help: string) =>
    new Gauge({ name: `${prefix}${name}`, help, registers: diskRoom === undefined ? [] : registers });
  const disk = {
    usedBytes: gauge('disk_used_bytes', 'What the data directory uses; absent where there is no quota.'),
    quotaBytes: gauge('disk_quota_bytes', 'What the data directory may use; absent where there is no quota.'),
    freeBytes: gauge('disk_free_bytes', 'Free bytes on the disk of the data directory.'),
  };
  /** Reads the gauges of the disk. A gauge with an unknown value is absent, because 0 would be a value. */
  const readDisk = async (room: DiskRoom): Promise<void> => {
    for (const each of Object.values(disk)) each.remove();
    try {
      const { usedBytes, quotaBytes, freeBytes } = await room.use();
      if (usedBytes !== undefined) disk.usedBytes.set(usedBytes);
      if (quotaBytes !== undefined) disk.quotaBytes.set(quotaBytes);
      disk.freeBytes.set(freeBytes);
    } catch (error) {
      // Other metrics report a missing disk.
      if (!(error instanceof Unavailable)) throw error;
    }
  };

  const backlogRecords = new Gauge({
    name: `${prefix}stream_backlog_records`,
    help: 'Records that were put on a stream and are not consumed yet.',
    labelNames: ['stream'],
    registers,
  });
  const oldestRecordAge = new Gauge({
    name: `${prefix}stream_oldest_record_age_seconds`,
    help: 'Age of the oldest record of a stream that is not consumed yet; 0 if there is none.',
    labelNames: ['stream'],
    registers,
  });

  const oldestUncountedAge = new Gauge({
    name: `${prefix}oldest_uncounted_age_seconds`,
    help: 'Longest time that something has waited to be counted into its minute, or rolled up into its hour; 0 if nothing waits.',
    labelNames: ['step'],
    registers,
  });

  return {
    httpRequests: counter('http_requests_total', 'Requests answered.', ['route', 'status', 'error_code']),
    httpRequestDuration: new Histogram({
      name: `${prefix}http_request_duration_seconds`,
      help: 'Time from the start of a function to its answer.',
      labelNames: ['route', 'status', 'error_code'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    batchesIngested: counter('batches_ingested_total', 'Batches stored for the first time.'),
    entriesIngested: counter('entries_ingested_total', 'Entries of batches stored for the first time.'),
    entriesRejected: counter(
      'entries_rejected_total',
      'Invalid entries that were set aside with their batches, by the form of the body.',
      ['media_type'],
    ),
    bytesIngested: counter(
      'ingested_bytes_total',
      'Decompressed bytes of batches stored for the first time.',
    ),
    batchDuplicates: counter('duplicate_batches_total', 'Batches that came again with the same payload.'),
    equalBodiesSuspected: counter(
      'equal_bodies_suspected_total',
      'Repetitions without a key that look like equal bodies of different senders.',
    ),
    partialsProduced: counter('partials_produced_total', 'Partials put on a stream.', ['stream']),
    partialsConsumed: counter('partials_consumed_total', 'Partials taken from a stream and counted.', [
      'stream',
    ]),
    partialsFailed: counter('partials_failed_total', 'Partials that could not be counted and are retried.', [
      'stream',
    ]),
    failedRecords: counter(
      'partials_set_aside_total',
      'Partials that can never be counted and are kept as failed.',
      ['stream'],
    ),
    partialsExpired: counter(
      'partials_expired_total',
      'Partials dropped because their windows have expired.',
      ['stream'],
    ),
    windowsExpired: counter('windows_expired_total', 'Windows deleted because they have expired.', [
      'window',
    ]),
    rawObjectsExpired: counter(
      'raw_objects_expired_total',
      'Raw batches and failed records deleted because they have expired.',
      ['kind'],
    ),
    batchesVerified: counter('batch_verifications_total', 'Looks at stored batches, by result.', ['verdict']),
    batchesOverdue: counter(
      'batches_overdue_total',
      'Looks at batches that should have been counted long ago.',
    ),
    partialsEmittedAgain: counter(
      'partials_emitted_again_total',
      'Partials that were lost and emitted again.',
    ),
    windowsCreated: counter('windows_created_total', 'Minute windows written for the first time.'),
    windowsUpdated: counter('windows_updated_total', 'Minute windows written again.'),
    rollUps: counter(
      'roll_ups_total',
      'Hours, days and entries of the index of customers recomputed, by result.',
      ['window', 'outcome'],
    ),

    rollUpsRepeated: counter(
      'roll_ups_repeated_total',
      'Hours, days and entries of the index of customers whose roll-up failed or was postponed, and is retried.',
    ),

    alerts: counter('alerts_total', 'Alerts raised and resolved, by kind.', ['kind', 'change']),
    alertDeliveries: counter('alert_deliveries_total', 'Attempts to send an alert, by result.', [
      'target',
      'outcome',
    ]),

    /** Await it at the end of each invocation. */
    flush: flushed === undefined ? async () => {} : createEmbeddedMetrics({ registry, ...flushed }),

    /** Returns all metrics in the Prometheus text format. */
    async read(now: Date): Promise<{ contentType: string; text: string }> {
      const uncounted: number[] = [];
      for (const [name, stream] of Object.entries(streams)) {
        const backlog = await backlogIfKnown(stream);
        if (backlog === undefined) {
          backlogRecords.remove({ stream: name });
          oldestRecordAge.remove({ stream: name });
          continue;
        }
        const { records, oldestPutAt } = backlog;
        backlogRecords.set({ stream: name }, records);
        oldestRecordAge.set({ stream: name }, ageSeconds(oldestPutAt, now));
        uncounted.push(ageSeconds(oldestPutAt, now));
      }
      if (diskRoom !== undefined) await readDisk(diskRoom);
      oldestUncountedAge.set({ step: 'count' }, Math.max(0, ...uncounted));
      oldestUncountedAge.set({ step: 'roll-up' }, ageSeconds(await rollUps?.oldestWrittenAt(), now));
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Returns the backlog; `undefined` if the stream does not report it, or cannot now: other metrics are still worth reading. */
async function backlogIfKnown(stream: EventStream): Promise<Backlog | undefined> {
  try {
    return await stream.backlog();
  } catch (error) {
    if (error instanceof Unavailable) return undefined;
    throw error;
  }
}

/** Returns the age, or 0 if nothing waits or the clock was set back since. */
function ageSeconds(since: Date | undefined, now: Date): number {
  return since === undefined ? 0 : Math.max(0, now.getTime() - since.getTime()) / 1_000;
}
