import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import {
  customerSegmentOf,
  windowKeyOfSegment,
  windowPrefixOfSegment,
  windowsPrefix,
  type ObjectKey,
} from '../../lib/domain/keys.ts';
import type { EpochMinute } from '../../lib/domain/epoch-minute.ts';
import { windowStartOf, type WindowSize } from '../../lib/domain/window.ts';
import { Unavailable } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { ObjectVersions, VersionedKey } from '../../lib/ports/object-versions.ts';
import type { ClickHouse } from './client.ts';
import { hasReached, isLost, readModels, servingOf, type Model, type WindowsTopic } from './models.ts';
import type { Tables } from './tables.ts';
import { placeOf, sizeOfKey } from './window-row.ts';

export interface ComparePorts {
  readonly clickHouse: ClickHouse;
  readonly tables: Tables;
  readonly store: Pick<ObjectStore, 'get'>;
  readonly versions: ObjectVersions;
  readonly readTopic: () => Promise<WindowsTopic>;
}

/** Windows that ClickHouse does not have as the store does. */
export interface ModelDifferences {
  /** Windows of the store that were compared. */
  readonly windows: number;
  /** Differing windows, in either; more than the limit are left out. */
  readonly keys: readonly ObjectKey[];
  readonly isCutOff: boolean;
}

const sizes = ['day', 'hour', 'minute'] as const;
const rowSchema = z.object({ start_minute: z.coerce.number(), etag: z.string() });
const segmentSchema = z.object({ customer_segment: z.string() });
/** Names of this many windows of one customer are compared at one time. */
const chunk = 10_000;
const maxDiffering = 10_000;
/** A healthy projector is some seconds behind. */
const maxBehindMilliseconds = 60_000;
const lookAgainMilliseconds = 500;

/**
 * Compares the windows of the store with those in ClickHouse by their etags. What seems to differ is looked at again once
 * the projector has passed all that was announced until then, since windows change meanwhile.
 * @param segment  only the windows of this customer; `undefined` for all
 * @throws Unavailable  the store or ClickHouse cannot be read now, there is no model, or the projector is far behind
 */
export async function compareWithStore(
  ports: ComparePorts,
  segment: string | undefined,
  signal?: AbortSignal,
): Promise<ModelDifferences> {
  const model = await readServing(ports);
  const suspects: ObjectKey[] = [];
  let windows = 0;
  for (const size of sizes) {
    for await (const found of suspectsOf(size, segment, model, ports)) {
      signal?.throwIfAborted();
      windows += found.windows;
      suspects.push(...found.suspects.slice(0, maxDiffering + 1 - suspects.length));
    }
  }
  const isCutOff = suspects.length > maxDiffering;
  if (suspects.length === 0) return { windows, keys: [], isCutOff };
  await untilPassed(ports, signal);
  const keys: ObjectKey[] = [];
  for (const key of suspects.slice(0, maxDiffering)) {
    signal?.throwIfAborted();
    if (await differs(key, model, ports)) keys.push(key);
  }
  return { windows, keys, isCutOff };
}

async function readServing({ clickHouse, tables, readTopic }: ComparePorts): Promise<Model> {
  const model = servingOf(await readModels(clickHouse, tables));
  if (model === undefined || isLost(model, await readTopic())) {
    throw new Unavailable('ClickHouse has no model that is exact. The role project makes one: see its log.');
  }
  return model;
}

interface Suspects {
  readonly windows: number;
  readonly suspects: readonly ObjectKey[];
}

async function* suspectsOf(
  size: WindowSize,
  only: string | undefined,
  model: Model,
  ports: ComparePorts,
): AsyncGenerator<Suspects> {
  const prefix = only === undefined ? windowsPrefix(size) : windowPrefixOfSegment(only, size);
  const listed = new Set<string>();
  let run: VersionedKey[] = [];
  /** The minute behind the windows of this customer that were compared. */
  let from = 0;
  for await (const each of ports.versions.listVersions(prefix)) {
    const [last] = run.slice(-1);
    if (last !== undefined) {
      const isOther = customerSegmentOf(last.key) !== customerSegmentOf(each.key);
      if (isOther || run.length === chunk) {
        const end = isOther ? endOfTime : placeOf(each.key, size).start_minute;
        yield await compareRun(run, size, { from, end }, model, ports);
        from = isOther ? 0 : end;
        run = [];
      }
    }
    listed.add(customerSegmentOf(each.key));
    run.push(each);
  }
  if (run.length > 0) yield await compareRun(run, size, { from, end: endOfTime }, model, ports);
  const segments = await ports.clickHouse.rows(
    `SELECT DISTINCT customer_segment FROM ${ports.tables.windowsOf(model.id)} FINAL
      WHERE size = {size:String} AND ({only:String} = '' OR customer_segment = {only:String})`,
    segmentSchema,
    { size, only: only ?? '' },
  );
  for (const { customer_segment: segment } of segments) {
    if (listed.has(segment)) continue;
    const rows = await readRows(segment, size, { from: 0, end: endOfTime }, model, ports);
    yield { windows: 0, suspects: rows.map((row) => keyOf(segment, size, row.start_minute)) };
  }
}

interface Minutes {
  readonly from: number;
  readonly end: number;
}
/** More than the last minute that there is. */
const endOfTime = 2 ** 32 - 1;

/** Compares listed windows of one customer with the rows within the same minutes. */
async function compareRun(
  run: readonly VersionedKey[],
  size: WindowSize,
  minutes: Minutes,
  model: Model,
  ports: ComparePorts,
): Promise<Suspects> {
  const segment = run[0] === undefined ? '' : customerSegmentOf(run[0].key);
  const rows = await readRows(segment, size, minutes, model, ports);
  const etags = new Map(rows.map((row) => [row.start_minute, row.etag]));
  const suspects: ObjectKey[] = [];
  for (const { key, version } of run) {
    const start = placeOf(key, size).start_minute;
    if (etags.get(start) !== version) suspects.push(key);
    etags.delete(start);
  }
  for (const start of etags.keys()) suspects.push(keyOf(segment, size, start));
  return { windows: run.length, suspects };
}

function readRows(
  segment: string,
  size: WindowSize,
  { from, end }: Minutes,
  { id }: Pick<Model, 'id'>,
  { clickHouse, tables }: ComparePorts,
) {
  return clickHouse.rows(
    `SELECT start_minute, etag FROM ${tables.windowsOf(id)} FINAL
      WHERE size = {size:String} AND customer_segment = {segment:String}
        AND start_minute >= {from:UInt32} AND start_minute < {end:UInt32}`,
    rowSchema,
    { size, segment, from, end },
  );
}

function keyOf(segment: string, size: WindowSize, startMinute: number): ObjectKey {
  return windowKeyOfSegment(segment, size, windowStartOf(startMinute as EpochMinute));
}

/** Waits until the model has everything that is announced now. */
async function untilPassed(ports: ComparePorts, signal: AbortSignal | undefined): Promise<void> {
  const { ends } = await ports.readTopic();
  const begunAt = performance.now();
  for (;;) {
    if (hasReached(await readServing(ports), ends)) return;
    if (performance.now() - begunAt > maxBehindMilliseconds) {
      throw new Unavailable('The role project is far behind. Compare again when it has caught up.');
    }
    await sleep(lookAgainMilliseconds, undefined, { ...(signal && { signal }) });
  }
}

/** Looks at a window again: a change since then does not speak against the model, as its announcement comes. */
async function differs(key: ObjectKey, { id }: Model, ports: ComparePorts): Promise<boolean> {
  const size = sizeOfKey(key);
  if (size === undefined) return false;
  const before = await etagOf(key, ports);
  const { customer_segment: segment, start_minute: start } = placeOf(key, size);
  const [row] = await readRows(segment, size, { from: start, end: start + 1 }, { id }, ports);
  return row?.etag !== before && (await etagOf(key, ports)) === before;
}

async function etagOf(key: ObjectKey, { store }: ComparePorts): Promise<string | undefined> {
  return (await store.get(key, { firstBytes: 1 }))?.etag;
}
