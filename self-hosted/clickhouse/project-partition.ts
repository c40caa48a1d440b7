import pMap from 'p-map';
import { pause, sourceBackoff } from '../../event-source/backoff.ts';
import { backoffMilliseconds } from '../../lib/backoff.ts';
import { decodeAnnouncement } from '../../lib/domain/announcement.ts';
import { nameOfRecord } from '../../lib/domain/failed-record.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { WindowSize } from '../../lib/domain/window.ts';
import { NewerFormat, UnreadableFormat } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { keepFailedRecord } from '../../lib/pipeline/failed-records/keep-failed-record.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { realTimers } from '../../lib/timers.ts';
import type { OwnedPartition } from '../kafka/consumer/owned-partition.ts';
import type { TopicRecord } from '../kafka/consumer/topic-record.ts';
import { gather } from '../kafka/event-source/gather.ts';
import { NewerVersionNeeded } from '../kafka/consumer/role-stopped.ts';
import { isAbsent, mayPass, type ClickHouse } from './client.ts';
import { insertRows } from './insert-rows.ts';
import type { Model } from './models.ts';
import type { Tables } from './tables.ts';
import { readRow, sizeOfKey, type WindowRow } from './window-row.ts';
import { ModelChanged, writePosition } from './write-position.ts';

export interface ProjectPorts {
  readonly clickHouse: ClickHouse;
  readonly tables: Tables;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Time for which changed windows gather, since each insert makes a part on the server's disk. */
const gatherMilliseconds = 500;
const limits = { maxRecords: 2_000, maxBytes: 4 * 1024 * 1024 };
const readsInFlight = 16;
const maxBlockBytes = 8 * 1024 * 1024;

/** An announced window with the last of its records. */
interface Announced {
  readonly key: ObjectKey;
  readonly size: WindowSize;
  readonly record: TopicRecord;
}

/**
 * Brings the windows that are announced in a partition into models, until its signal is aborted: reads each from the
 * store, inserts them in blocks, and then moves the position. The version of a row is the offset behind its
 * announcement. Whoever reads a window for a later announcement reads it later, so the row with the greatest version has
 * everything that was announced before it, also if two processes work on the partition, or a window was deleted and
 * made again.
 * @throws ModelChanged  the server was wiped, or an old copy was restored
 * @throws RoleStopped   a newer version wrote an announcement or a window
 */
export async function projectPartition(
  partition: OwnedPartition,
  models: readonly Model[],
  ports: ProjectPorts,
): Promise<void> {
  const positions = new Map(
    models.map(({ id, positions: all }) => [id, all.get(partition.partition) ?? 0n] as const),
  );
  while (!partition.signal.aborted) {
    const records = await gather(partition, limits, gatherMilliseconds);
    if (records.length === 0) continue;
    const isDone = await untilDone(() => project(records, partition, positions, ports), partition, ports);
    if (isDone) partition.finish(records);
  }
}

/** Repeats what fails while the store or the server is away; returns false if nothing new may begin before it succeeds. */
async function untilDone(
  act: () => Promise<void>,
  { signal, partition }: OwnedPartition,
  { logger }: Pick<ProjectPorts, 'logger'>,
): Promise<boolean> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await act();
      return true;
    } catch (error) {
      if (isAbsent(error)) throw new ModelChanged('A table is gone from ClickHouse.', { cause: error });
      if (!mayPass(error)) throw error;
      logger.warn('Windows cannot be brought into ClickHouse now; trying again', {
        partition,
        failures,
        error,
      });
    }
    const milliseconds = backoffMilliseconds(failures, sourceBackoff, Math.random);
    await pause(milliseconds, { timers: realTimers, stopping: signal });
  }
  return false;
}

async function project(
  records: readonly TopicRecord[],
  partition: OwnedPartition,
  positions: Map<number, bigint>,
  ports: ProjectPorts,
): Promise<void> {
  const { clickHouse, tables, store } = ports;
  const announced = await readAnnouncements(records, partition, ports);
  const inserted = new Map<number, WindowRow[]>(Array.from(positions.keys(), (model) => [model, []]));
  let block: { row: WindowRow; record: TopicRecord }[] = [];
  let blockBytes = 0;

  const flush = async () => {
    const rows = block.map(({ row }) => row);
    for (const [model, probes] of inserted) {
      const refused = await insertRows(tables.windowsOf(model), rows, clickHouse);
      for (const { row, cause } of refused) {
        const record = block.find((each) => each.row === row)?.record;
        if (record !== undefined) await keep(record, cause.message, partition, ports);
      }
      const last = rows.findLast((row) => refused.every((each) => each.row !== row));
      if (last !== undefined) probes.push(last);
    }
    block = [];
    blockBytes = 0;
  };

  for (let at = 0; at < announced.length; at += readsInFlight) {
    const read = await pMap(
      announced.slice(at, at + readsInFlight),
      async ({ key, size, record }) => ({
        row: await readRow(key, size, record.offset + 1n, store),
        record,
      }),
      { concurrency: readsInFlight },
    );
    for (const each of read) {
      block.push(each);
      blockBytes += each.row.document.length;
    }
    if (blockBytes >= maxBlockBytes) await flush();
  }
  if (block.length > 0) await flush();

  const to = (records.at(-1)?.offset ?? 0n) + 1n;
  for (const [model, from] of positions) {
    const move = { model, partition: partition.partition, from, to, inserted: inserted.get(model) ?? [] };
    if (to > from) await writePosition(move, clickHouse, tables);
    positions.set(model, to > from ? to : from);
  }
}

/** Returns the windows that records announce, each once, and keeps records that can never be read. */
async function readAnnouncements(
  records: readonly TopicRecord[],
  partition: OwnedPartition,
  ports: ProjectPorts,
): Promise<readonly Announced[]> {
  const announced = new Map<ObjectKey, Announced>();
  for (const record of records) {
    try {
      const key = decodeAnnouncement(record.value);
      const size = sizeOfKey(key);
      if (size !== undefined) announced.set(key, { key, size, record });
    } catch (error) {
      if (!(error instanceof UnreadableFormat)) throw error;
      if (error instanceof NewerFormat) {
        const place = { stream: partition.topic, partition: String(partition.partition) };
        const what = nameOfRecord({ ...place, sequenceNumber: String(record.offset) });
        throw new NewerVersionNeeded(what, error);
      }
      await keep(record, error.message, partition, ports);
    }
  }
  return [...announced.values()];
}

/** Keeps a record whose window can never get into ClickHouse. While it is kept, no answer is complete. */
async function keep(
  record: TopicRecord,
  cause: string,
  { topic, partition }: Pick<OwnedPartition, 'topic' | 'partition'>,
  { store, clock, logger }: Pick<ProjectPorts, 'store' | 'clock' | 'logger'>,
): Promise<void> {
  const failed = {
    stream: topic,
    partition: String(partition),
    sequenceNumber: String(record.offset),
    partitionKey: record.key,
    data: record.value,
    cause,
    failedAt: clock.now(),
  };
  const key = await keepFailedRecord(failed, store);
  logger.error('A window can never get into ClickHouse; its announcement is kept as a failed record', {
    key,
    cause,
  });
}
