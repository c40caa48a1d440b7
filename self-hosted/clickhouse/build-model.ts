import pMap from 'p-map';
import * as z from 'zod';
import { customerSegmentOf, windowsPrefix, type ObjectKey } from '../../lib/domain/keys.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { Offsets } from '../../lib/ports/topic-offsets.ts';
import { partitionNumberOf } from '../kafka/partition-of-key.ts';
import { isAbsent, type ClickHouse } from './client.ts';
import { insertRows, type RefusedRow } from './insert-rows.ts';
import { hasReached, readModels, serveModel, type Model } from './models.ts';
import type { Tables } from './tables.ts';
import { readRow, sizeOfKey, type WindowRow } from './window-row.ts';
import { ModelChanged } from './write-position.ts';

export interface BuildPorts {
  readonly clickHouse: ClickHouse;
  readonly tables: Tables;
  readonly store: Pick<ObjectStore, 'get' | 'list'>;
  /** Returns the ends of the topic `windows`. */
  readonly ends: () => Promise<Offsets>;
  /** Called with rows that the server will never take. */
  readonly onRefused: (refused: readonly RefusedRow[]) => Promise<void>;
  /** Called after each block. */
  readonly onProgress: (windows: number) => void;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Progress of a construction. */
export interface BuildProgress {
  /** The last key whose window is in the model; `done` when all are. */
  readonly place: string;
  readonly windows: number;
}

const progressSchema = z.object({ place: z.string(), windows: z.coerce.number() });
const done = 'done';
/** Hours and days first: they are few, and most questions are about them. */
const sizes = ['day', 'hour', 'minute'] as const;
const readsInFlight = 16;
const maxBlockRows = 2_000;
const maxBlockBytes = 8 * 1024 * 1024;
const lookAgainMilliseconds = 500;

/** Reads how far the construction of a model is. */
export async function readBuildProgress(
  { id }: Pick<Model, 'id'>,
  { clickHouse, tables }: Pick<BuildPorts, 'clickHouse' | 'tables'>,
): Promise<BuildProgress> {
  const [progress] = await clickHouse.rows(
    `SELECT place, windows FROM ${tables.rebuilds} FINAL WHERE model = {id:UInt64}`,
    progressSchema,
    { id },
  );
  return progress ?? { place: '', windows: 0 };
}

/**
 * Fills a model with all windows of the store, from where an earlier call has ended, while the projector brings in what
 * changes meanwhile. Then it waits until the projector has caught up, and lets answers come from it.
 * @throws ModelChanged  the server was wiped, or an old copy was restored
 */
export async function buildModel(model: Model, ports: BuildPorts): Promise<void> {
  const { clickHouse, tables, ends, sleep, signal } = ports;
  try {
    await fill(model, ports);
    const listed = await ends();
    while (!signal.aborted) {
      const current = (await readModels(clickHouse, tables)).find(({ id }) => id === model.id);
      if (current === undefined) throw new ModelChanged('The model under construction is gone.');
      if (hasReached(current, listed)) {
        await serveModel(model, clickHouse, tables);
        return;
      }
      await sleep(lookAgainMilliseconds);
    }
  } catch (error) {
    if (isAbsent(error)) throw new ModelChanged('A table is gone from ClickHouse.', { cause: error });
    throw error;
  }
}

async function fill(model: Model, ports: BuildPorts): Promise<void> {
  const { store, signal } = ports;
  const progress = await readBuildProgress(model, ports);
  if (progress.place === done) return;
  let { windows } = progress;
  const begun = sizeOfKey(progress.place);
  for (const size of begun === undefined ? sizes : sizes.slice(sizes.indexOf(begun))) {
    const prefix = windowsPrefix(size);
    const startAfter = progress.place.startsWith(prefix) ? progress.place : '';
    let keys: ObjectKey[] = [];
    for await (const key of store.list(prefix, { startAfter })) {
      keys.push(key);
      if (keys.length < maxBlockRows) continue;
      windows = await insertBlock(keys, windows, model, ports);
      keys = [];
      if (signal.aborted) return;
    }
    windows = await insertBlock(keys, windows, model, ports);
    if (signal.aborted) return;
  }
  await writeProgress(model, { place: done, windows: windows + 1 }, ports);
}

/** Inserts the windows at keys, and notes the last one. */
async function insertBlock(
  keys: readonly ObjectKey[],
  before: number,
  model: Model,
  ports: BuildPorts,
): Promise<number> {
  const { clickHouse, tables, store, onRefused, onProgress } = ports;
  const last = keys.at(-1);
  if (last === undefined) return before;
  let rows: WindowRow[] = [];
  let bytes = 0;
  for (let at = 0; at < keys.length; at += readsInFlight) {
    const read = await pMap(keys.slice(at, at + readsInFlight), (key) => rowOf(key, model, store), {
      concurrency: readsInFlight,
    });
    for (const row of read) {
      if (row === undefined || row.is_deleted === 1) continue; // the announcement of its deletion comes behind
      rows.push(row);
      bytes += row.document.length;
    }
    if (bytes < maxBlockBytes && at + readsInFlight < keys.length) continue;
    const refused = await insertRows(tables.windowsOf(model.id), rows, clickHouse);
    if (refused.length > 0) await onRefused(refused);
    rows = [];
    bytes = 0;
  }
  const windows = before + keys.length;
  await writeProgress(model, { place: last, windows }, ports);
  onProgress(windows);
  return windows;
}

async function rowOf(
  key: ObjectKey,
  { positions, partitions }: Model,
  store: Pick<ObjectStore, 'get'>,
): Promise<WindowRow | undefined> {
  const size = sizeOfKey(key);
  if (size === undefined) return undefined;
  const partition = partitionNumberOf(Buffer.from(customerSegmentOf(key))) % partitions;
  // The window is read after these positions were, so it has everything that was announced before them.
  return readRow(key, size, positions.get(partition) ?? 0n, store);
}

async function writeProgress(
  { id }: Model,
  { place, windows }: BuildProgress,
  { clickHouse, tables }: Pick<BuildPorts, 'clickHouse' | 'tables'>,
): Promise<void> {
  await clickHouse.insert(tables.rebuilds, [{ model: id, place, windows }]);
}
