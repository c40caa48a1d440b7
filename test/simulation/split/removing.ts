import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { emit, uncountedOf, type SplitPorts } from './counting.ts';
import {
  decode,
  horizonKey,
  hourOf,
  isForgotten,
  minutePrefix,
  readDocument,
  replace,
  tombstoneKey,
  type Batch,
  type Part,
  type Tombstone,
} from './documents.ts';

const marginMilliseconds = 1_000;

/** Writes a tombstone; returns `undefined` if somebody else did at the same time. */
export async function beginForgetting(
  customer: string,
  { store, now }: SplitPorts,
): Promise<Tombstone | undefined> {
  const key = tombstoneKey(customer);
  const object = await store.get(key);
  const earlier = object && decode<Tombstone>(object);
  const tombstone: Tombstone = { before: Math.max(now(), earlier?.before ?? 0) + marginMilliseconds };
  return (await replace(key, object, tombstone, store)) ? tombstone : undefined;
}

/** Removes batches and parts until it finds nothing more, emits again what parts had besides, and only then is done. */
export async function forget(customer: string, { store, stream, now }: SplitPorts): Promise<void> {
  const key = tombstoneKey(customer);
  const tombstone = await readDocument<Tombstone>(key, store);
  if (tombstone === undefined || tombstone.completedAt !== undefined) return;
  while ((await pass(customer, tombstone, store)) > 0);
  for await (const batchKey of store.list(`batches/${customer}/`)) {
    const batch = await readDocument<Batch>(batchKey, store);
    if (batch !== undefined && !isForgotten(batch.storedAt, tombstone))
      await emit(await uncountedOf(batch, store), stream);
  }
  const object = await store.get(key);
  if (object !== undefined && decode<Tombstone>(object).before === tombstone.before)
    await replace(key, object, { ...tombstone, completedAt: now() }, store);
}

async function pass(customer: string, tombstone: Tombstone, store: ObjectStore): Promise<number> {
  let removed = 0;
  for await (const key of store.list(`batches/${customer}/`)) {
    const object = await store.get(key);
    if (object === undefined || !isForgotten(decode<Batch>(object).storedAt, tombstone)) continue;
    await replace(key, object, undefined, store);
    removed += 1;
  }
  for await (const key of store.list(`${minutePrefix}${customer}/`)) {
    const object = await store.get(key);
    if (object === undefined || decode<Part>(object).forgottenBefore >= tombstone.before) continue;
    await replace(key, object, undefined, store);
    removed += 1;
  }
  return removed;
}

/** Moves the horizon to the beginning of an hour. */
export async function moveHorizon(minute: number, { store }: SplitPorts): Promise<void> {
  await replace(horizonKey, await store.get(horizonKey), { minute }, store);
}

/** Removes all parts and hours behind the horizon, which must have been stored for longer than any write takes. */
export async function expire({ store }: SplitPorts): Promise<void> {
  const { minute = 0 } = (await readDocument<{ minute: number }>(horizonKey, store)) ?? {};
  for await (const key of store.list(minutePrefix)) {
    const part = await readDocument<Part>(key, store);
    if (part !== undefined && part.minute < minute) await store.delete(key);
  }
  for await (const key of store.list('aggregates/hour/')) {
    const hour = await readDocument<{ hour: number }>(key, store);
    if (hour !== undefined && hour.hour < hourOf(minute)) await store.delete(key);
  }
}
