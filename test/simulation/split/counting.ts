import type { ObjectKey } from '../../../lib/domain/keys.ts';
import type { EventStream } from '../../../lib/ports/event-stream.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import {
  batchKey,
  decode,
  horizonKey,
  hourKey,
  hourOf,
  isForgotten,
  partialsOf,
  partsPrefix,
  readDocument,
  replace,
  tombstoneKey,
  type Batch,
  type Part,
  type Partial,
  type Tombstone,
} from './documents.ts';

export interface SplitPorts {
  readonly store: ObjectStore;
  readonly stream: EventStream;
  /** The true time, in milliseconds. */
  readonly now: () => number;
}

/**
 * Stores a batch once, with the number of parts that this process splits a minute into now, and emits what is stored.
 * @returns false if a batch of that id is there and forgotten
 */
export async function ingest(
  sent: Omit<Batch, 'storedAt'>,
  { store, stream, now }: SplitPorts,
): Promise<boolean> {
  const key = batchKey(sent.customer, sent.id);
  const tombstone = await readDocument<Tombstone>(tombstoneKey(sent.customer), store);
  const batch: Batch = { ...sent, storedAt: Math.max(now(), (tombstone?.before ?? 0) + 1) };
  const isFirst = await replace(key, undefined, batch, store);
  const stored = isFirst ? batch : await readDocument<Batch>(key, store);
  if (stored === undefined || isForgotten(stored.storedAt, tombstone)) return false;
  await emit(partialsOf(stored), stream);
  return true;
}

export async function emit(partials: readonly Partial[], stream: EventStream): Promise<void> {
  await stream.put(
    partials.map((partial) => ({ partitionKey: partial.key, data: Buffer.from(JSON.stringify(partial)) })),
  );
}

/** Adds partials to their one part, which it reads once and replaces if it is unchanged. */
export async function addToPart(
  [first, ...others]: readonly [Partial, ...Partial[]],
  { store }: SplitPorts,
): Promise<void> {
  const { key, customer, minute } = first;
  let known: Tombstone | undefined;
  for (;;) {
    if (minute < (await readHorizon(store))) return;
    const object = await store.get(key);
    const current = object && decode<Part>(object);
    const tombstone =
      known ?? (current ? undefined : await readDocument<Tombstone>(tombstoneKey(customer), store));
    const kept = current && current.forgottenBefore < (tombstone?.before ?? 0) ? undefined : current;
    const before = kept?.forgottenBefore ?? tombstone?.before ?? 0;
    const alive = [first, ...others].filter(({ storedAt }) => storedAt > before);
    const next = add({ customer, minute, requests: 0, ids: [], forgottenBefore: before, ...kept }, alive);
    const hasChanged = next.ids.length > (current?.ids.length ?? 0) || kept !== current;
    if (hasChanged && !(await replace(key, object, next.ids.length > 0 ? next : undefined, store))) continue;
    const latest = await readDocument<Tombstone>(tombstoneKey(customer), store);
    if (latest === undefined || latest.before === known?.before) return;
    known = latest;
  }
}

function add(part: Part, partials: readonly Partial[]): Part {
  let { requests } = part;
  const ids = [...part.ids];
  for (const partial of partials) {
    if (ids.includes(partial.id)) continue;
    ids.push(partial.id);
    requests += partial.requests;
  }
  return { ...part, requests, ids };
}

/** Recomputes an hour from all parts of its minutes, whatever numbers of parts there have been. */
export async function rollUp(customer: string, hour: number, { store }: SplitPorts): Promise<void> {
  const key = hourKey(customer, hour);
  for (;;) {
    if (hour < hourOf(await readHorizon(store))) return;
    const object = await store.get(key);
    const parts = await readParts(customer, hour, store);
    const requests = parts.reduce((sum, part) => sum + part.requests, 0);
    if (object !== undefined && decode<{ requests: number }>(object).requests === requests) return;
    if (await replace(key, object, requests === 0 ? undefined : { customer, hour, requests }, store)) return;
  }
}

export async function readParts(customer: string, hour: number, store: ObjectStore): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const key of store.list(partsPrefix(customer, hour))) {
    const part = await readDocument<Part>(key, store);
    if (part !== undefined) parts.push(part);
  }
  return parts;
}

/**
 * Looks whether each partial of a stored batch is in its part, and emits again what is not.
 * @returns true if there is nothing left to do for the batch
 */
export async function verify(key: ObjectKey, { store, stream }: SplitPorts): Promise<boolean> {
  const object = await store.get(key);
  if (object === undefined) return true;
  const batch = decode<Batch>(object);
  const tombstone = await readDocument<Tombstone>(tombstoneKey(batch.customer), store);
  if (isForgotten(batch.storedAt, tombstone)) return replace(key, object, undefined, store);
  const uncounted = await uncountedOf(batch, store);
  await emit(uncounted, stream);
  return uncounted.length === 0;
}

export async function uncountedOf(batch: Batch, store: ObjectStore): Promise<Partial[]> {
  const horizon = await readHorizon(store);
  const uncounted: Partial[] = [];
  for (const partial of partialsOf(batch)) {
    if (partial.minute < horizon) continue;
    const part = await readDocument<Part>(partial.key, store);
    if (!part?.ids.includes(partial.id)) uncounted.push(partial);
  }
  return uncounted;
}

export async function readHorizon(store: ObjectStore): Promise<number> {
  return (await readDocument<{ minute: number }>(horizonKey, store))?.minute ?? 0;
}
