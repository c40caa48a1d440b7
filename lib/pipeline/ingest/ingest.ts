import { batchKey, type ObjectKey } from '../../domain/keys.ts';
import { decodeBatch, encodeBatch, type StoredBatch } from '../../domain/batch-format.ts';
import {
  minutesOf,
  summariseInSteps,
  type EncodedPartial,
  type SummariseOptions,
} from '../../domain/summarise.ts';
import { isForgotten, storedAfter, type Tombstone } from '../../domain/tombstone.ts';
import { IdempotencyKeyReused, InvalidRequest, PreconditionFailed, Unavailable } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { maxRecordBytes } from '../../ports/event-stream.ts';
import type { ObjectStore, PutCondition } from '../../ports/object-store.ts';
import { emitStored, type EmitStoredPorts, type Ingested } from './emit-stored.ts';
import type { Batch } from './read-batch.ts';
import { readTombstone } from '../forget/read-tombstone.ts';
import { finishInTurns } from '../turns/finish-in-turns.ts';
import { storeAnnounced, type StoreAnnouncedPorts } from './store-announced.ts';

export interface IngestPorts extends StoreAnnouncedPorts, EmitStoredPorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

export type IngestOptions = Omit<SummariseOptions, 'maxRecordBytes'>;

/** A week of minutes: a batch's partials stay few enough to be stored with it and emitted in one go. */
const maxWindowsPerBatch = 10_080;

/** Number of windows whose partials are encoded into one piece of memory. */
const windowsAtOnce = 250;

/**
 * Stores a batch once and emits its partials. A duplicate is not refused: its first delivery may have died before it
 * emitted, and then what is not counted is emitted now. If an intent comes before the batch, even before a duplicate,
 * its reader emits.
 * @throws InvalidRequest        it has entries in too many minutes
 * @throws IdempotencyKeyReused  its id belongs to another payload
 * @throws BudgetUsedUp          the customer has too much waiting to be counted; safe to repeat
 * @throws Unavailable           store or stream cannot take it now, or too much waits to be counted; safe to repeat
 */
export async function ingest(batch: Batch, ports: IngestPorts, options: IngestOptions): Promise<Ingested> {
  const { store, admission } = ports;
  const now = ports.clock.now(); // before the tombstone is read: a batch that does not know the tombstone must be dated before it
  const tombstone = await readTombstone(batch.customerId, ports.store);
  const described = await describe(batch, storedAfter(tombstone, now), options); // what will be counted is decided here, once
  await admission.requireRoom(batch.customerId, described.partials);
  const key = batchKey(batch.customerId, batch.id);
  const create = () => createOnce(described, batch.gzippedBody, store, tombstone); // the commit point
  const { result, hasIntent } = await storeAnnounced({ customerId: batch.customerId, key }, create, ports);
  const { stored, isFirst } = result;
  if (stored.payloadHash !== batch.payloadHash) throw new IdempotencyKeyReused();
  return emitStored(stored, { isFirst, hasIntent }, ports);
}

async function describe(batch: Batch, storedAt: Date, options: IngestOptions): Promise<StoredBatch> {
  const { customerId, id, payloadHash, mediaType, logFormat, entries, rejected } = batch;
  const minutes = minutesOf(entries);
  const windows = minutes.length;
  if (windows > maxWindowsPerBatch) {
    throw new InvalidRequest(
      `The entries are of ${windows} different minutes; a batch may have ${maxWindowsPerBatch}.`,
    );
  }
  const summariseOptions = { ...options, maxRecordBytes };
  const partials: EncodedPartial[] = [];
  for (let from = 0; from < windows; from += windowsAtOnce) {
    const some = minutes.slice(from, from + windowsAtOnce);
    const summarised = { customerId, batchId: id, payloadHash, storedAt };
    partials.push(...(await finishInTurns(summariseInSteps(summarised, some, summariseOptions))));
  }
  const rulesVersion = options.rules.version;
  return {
    customerId,
    id,
    payloadHash,
    storedAt,
    rulesVersion,
    mediaType,
    ...(logFormat !== undefined && { logFormat }),
    entries: entries.length,
    windows,
    ...rejected.toRejections(),
    partials,
  };
}

/** Stores the batch, or finds the one that was stored under its id before; a forgotten one is replaced. */
async function createOnce(
  batch: StoredBatch,
  gzippedBody: Buffer,
  store: ObjectStore,
  tombstone: Tombstone | undefined,
): Promise<{ stored: StoredBatch; isFirst: boolean }> {
  const key = batchKey(batch.customerId, batch.id);
  const object = encodeBatch(batch, gzippedBody);
  if (await isPut(key, object, { ifNoneMatch: '*' }, store)) return { stored: batch, isFirst: true };
  const existing = await store.get(key);
  // Raw batches may expire; if this one does so between the two calls, the next try finds none.
  if (existing === undefined) throw new Unavailable('The batch that had this id is just being removed.');
  const { batch: stored } = decodeBatch(existing.body);
  if (!isForgotten(stored.storedAt, tombstone)) return { stored, isFirst: false };
  if (await isPut(key, object, { ifMatch: existing.etag }, store)) return { stored: batch, isFirst: true };
  throw new Unavailable('The batch that had this id is just being forgotten.');
}

async function isPut(
  key: ObjectKey,
  object: Buffer,
  condition: PutCondition,
  store: ObjectStore,
): Promise<boolean> {
  try {
    await store.put(key, object, condition);
    return true;
  } catch (error) {
    if (error instanceof PreconditionFailed) return false;
    throw error;
  }
}
