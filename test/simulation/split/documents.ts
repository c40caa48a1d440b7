import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { PreconditionFailed } from '../../../lib/errors.ts';
import type { ObjectStore, StoredObject } from '../../../lib/ports/object-store.ts';

/** A batch as it is stored: its entries by minute, and the number of parts of each of its minutes, decided once. */
export interface Batch {
  readonly customer: string;
  readonly id: string;
  readonly storedAt: number;
  readonly parts: number;
  /** Requests by minute, counted from 1970. */
  readonly minutes: readonly (readonly [minute: number, requests: number])[];
}

/** The addition of a batch to one part of a minute. */
export interface Partial {
  readonly key: ObjectKey;
  readonly customer: string;
  readonly minute: number;
  readonly id: string;
  readonly storedAt: number;
  readonly requests: number;
}

/** A part of a minute: a window object of its own, with the ids of what it counts. */
export interface Part {
  readonly customer: string;
  readonly minute: number;
  readonly requests: number;
  readonly ids: readonly string[];
  readonly forgottenBefore: number;
}

export interface Tombstone {
  readonly before: number;
  readonly completedAt?: number;
}

export const horizonKey = 'retention/horizon' as ObjectKey;
export const minutePrefix = 'aggregates/minute/';
export const minutesPerHour = 60;

export const batchKey = (customer: string, id: string) => `batches/${customer}/${id}` as ObjectKey;
export const tombstoneKey = (customer: string) => `forgotten/${customer}` as ObjectKey;
export const hourKey = (customer: string, hour: number) => `aggregates/hour/${customer}/${hour}` as ObjectKey;
export const partsPrefix = (customer: string, hour: number) => `${minutePrefix}${customer}/${hour}/`;

/** Returns the key of a part. One part is the whole minute and has its key, so that windows of before stay as they are. */
export function partKey(customer: string, minute: number, parts: number, place: number): ObjectKey {
  const whole = `${partsPrefix(customer, hourOf(minute))}${minute}`;
  return (parts === 1 ? whole : `${whole}.${parts}-${place}`) as ObjectKey;
}

export function hourOf(minute: number): number {
  return Math.floor(minute / minutesPerHour);
}

/** Returns the partials of a batch. All emissions, first or later, find the same part. */
export function partialsOf({ customer, id, storedAt, minutes, ...batch }: Batch): Partial[] {
  const parts = batch.parts;
  const place = hashOf(id) % parts;
  return minutes.map(([minute, requests]) => ({
    key: partKey(customer, minute, parts, place),
    customer,
    minute,
    id,
    storedAt,
    requests,
  }));
}

export function isForgotten(storedAt: number, tombstone: Pick<Tombstone, 'before'> | undefined): boolean {
  return tombstone !== undefined && storedAt <= tombstone.before;
}

export function encode(document: unknown): Buffer {
  return Buffer.from(JSON.stringify(document));
}

export function decode<T>(object: Pick<StoredObject, 'body'>): T {
  return JSON.parse(Buffer.from(object.body).toString()) as T;
}

export async function readDocument<T>(key: ObjectKey, store: ObjectStore): Promise<T | undefined> {
  const object = await store.get(key);
  return object && decode<T>(object);
}

/** Writes or removes an object if it is unchanged since it was read; returns false if it is not. */
export async function replace(
  key: ObjectKey,
  read: StoredObject | undefined,
  document: object | undefined,
  store: ObjectStore,
): Promise<boolean> {
  try {
    if (document !== undefined)
      await store.put(key, encode(document), read ? { ifMatch: read.etag } : { ifNoneMatch: '*' });
    else if (read !== undefined) await store.delete(key, { ifMatch: read.etag });
    return true;
  } catch (error) {
    if (error instanceof PreconditionFailed) return false;
    throw error;
  }
}

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) >>> 0;
  return hash;
}
