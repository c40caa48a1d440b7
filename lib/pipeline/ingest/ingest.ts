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
import type { AdmissionPolicy } from '../streams/admission.ts';
import type { EmittedBatches } from './emitted-batches.ts';
import { findUncounted } from '../verify/find-uncounted.ts';
import type { Batch } from './read-batch.ts';
import { readTombstone } from '../forget/read-tombstone.ts';
import type { Retention } from '../expire/retention.ts';
import { finishInTurns } from '../turns/finish-in-turns.ts';
import { storeAnnounced, type StoreAnnouncedPorts } from './store-announced.ts';

export interface IngestPorts extends StoreAnnouncedPorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly admission: Pick<AdmissionPolicy, 'requireRoom'>;
  readonly emittedBatches: EmittedBatches;
  /** Without it no window expires. */
  readonly retention?: Retention;
}

export type IngestOptions = Omit<SummariseOptions, 'maxRecordBytes'>;

/** Result of storing and emitting a batch. */
export interface Ingested {
  readonly batch: Omit<StoredBatch, 'partials'>;
  /** False where the batch had been stored before. */
  readonly isFirst: boolean;
  /** Partials that were put on their streams now; none where the reader of an intent does so. */
  readonly emitted: readonly EncodedPartial[];
}

/** A week of minutes: so a batch's partials stay few enough to be stored with it and emitted in one go. */
const maxWindowsPerBatch = 10_080;

/** Number of windows whose partials are encoded into one piece of memory. */
const windowsAtOnce = 250;

/**
 * Stores a batch once and emits its partials. A duplicate is not refused: its first delivery may have died before it
 * emitted, and then what is not counted is emitted now. Where an intent comes before the batch, also of a duplicate,
 * its reader emits.
 * @throws InvalidRequest        it has entries in too many minutes
 * @throws IdempotencyKeyReused  its id belongs to another payload
 * @throws BudgetUsedUp          the customer has too much waiting to be counted; safe to repeat
 * @throws Unavailable           store or stream cannot take it now, or too much waits to be counted; safe to repeat
 */
export async function ingest(batch: Batch, ports: IngestPorts, options: IngestOptions): Promise<Ingested> {
  const { store, outbox, admission, emittedBatches } = ports;
  const now = ports.clock.now(); // before the tombstone is read: what is stored without knowing it is from before it
  const tombstone = await readTombstone(batch.customerId, ports.store);
  const described = await describe(batch, storedAfter(tombstone, now), options); // what will be counted is decided here, once
  await admission.requireRoom(batch.customerId, described.partials);
  const key = batchKey(batch.customerId, batch.id);
  const create = () => createOnce(described, batch.gzippedBody, store, tombstone); // the commit point
  const { result, hasIntent } = await storeAnnounced({ customerId: batch.customerId, key }, create, ports);
  const { stored, isFirst } = result;
  if (stored.payloadHash !== batch.payloadHash) throw new IdempotencyKeyReused();
  if (hasIntent) return { batch: stored, isFirst, emitted: [] };
  const partials = isFirst ? stored.partials : await findLacking(stored, ports);
  // What was stored before takes the ways of then, which may be others: a minute that is late by now was not.
  if (!isFirst) await admission.requireRoom(stored.customerId, partials);
  await outbox.emit(stored.customerId, partials); // a crash before this line: verify emits them
  emittedBatches.add(stored);
  return { batch: stored, isFirst, emitted: partials };
}

/** Returns the partials of a stored batch that may be neither on their way nor counted. */
async function findLacking(
  stored: StoredBatch,
  { store, emittedBatches, retention }: IngestPorts,
): Promise<readonly EncodedPartial[]> {
  if (emittedBatches.has(stored)) return [];
  const { places, failures } = await findUncounted([stored], store, retention);
  const failure = failures.get(stored);
  if (failure !== undefined) {
    throw new Unavailable('Whether this batch is counted cannot be told now.', { cause: failure });
  }
  const uncounted = places.get(stored);
  return stored.partials.filter((_partial, place) => uncounted?.has(place) === true);
}

async function describe(batch: Batch, storedAt: Date, options: IngestOptions): Promise<StoredBatch> {
  const { customerId, id, payloadHash, mediaType, entries } = batch;
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
    entries: entries.length,
    windows,
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
  // Raw batches may expire; one that does so between the two calls is as if it had never been, on the next try.
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
