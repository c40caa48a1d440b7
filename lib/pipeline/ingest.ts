import { batchKey, type ObjectKey } from '../domain/keys.ts';
import { decodeBatch, encodeBatch, type StoredBatch } from '../domain/batch-format.ts';
import { summarise, type SummariseOptions } from '../domain/summarise.ts';
import { isForgotten, storedAfter, type Tombstone } from '../domain/tombstone.ts';
import { IdempotencyKeyReused, InvalidRequest, PreconditionFailed, Unavailable } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { maxRecordBytes } from '../ports/event-stream.ts';
import type { ObjectStore, PutCondition } from '../ports/object-store.ts';
import { emit } from './emit.ts';
import type { Batch } from './read-batch.ts';
import { readTombstone } from './read-tombstone.ts';
import { requireRoom } from './require-room.ts';
import type { Streams } from './streams.ts';

export interface IngestPorts {
  readonly store: ObjectStore;
  readonly streams: Streams;
  readonly clock: Clock;
}

export interface IngestOptions extends Omit<SummariseOptions, 'maxRecordBytes'> {
  /** Beyond this a stream takes no more for now. */
  readonly maxBacklogRecords: number;
}

/** What became of a batch. */
export interface Ingested {
  readonly batch: StoredBatch;
  /** False where the batch had been stored before. */
  readonly isFirst: boolean;
}

/** A week of minutes: so a batch's partials stay few enough to be stored with it and emitted in one go. */
const maxWindowsPerBatch = 10_080;

/**
 * Stores a batch once and emits its partials. A duplicate is emitted again, not refused: its first delivery may have
 * died before it emitted, and the aggregator drops what it has.
 * @throws InvalidRequest        it has entries in too many minutes
 * @throws IdempotencyKeyReused  its id belongs to another payload
 * @throws Unavailable           store or stream cannot take it now, or too much waits to be counted; safe to repeat
 */
export async function ingest(batch: Batch, ports: IngestPorts, options: IngestOptions): Promise<Ingested> {
  const { streams } = ports;
  const now = ports.clock.now(); // before the tombstone is read: what is stored without knowing it is from before it
  const tombstone = await readTombstone(batch.customerId, ports.store);
  const described = describe(batch, storedAfter(tombstone, now), options); // what will be counted is decided here, once
  await requireRoom(described.partials, streams, options.maxBacklogRecords);
  const { stored, isFirst } = await createOnce(described, batch.gzippedBody, ports.store, tombstone); // the commit point
  if (stored.payloadHash !== batch.payloadHash) throw new IdempotencyKeyReused();
  // What was stored before takes the ways of then, which may be others: a minute that is late by now was not.
  if (!isFirst) await requireRoom(stored.partials, streams, options.maxBacklogRecords);
  await emit(stored.customerId, stored.partials, streams); // a crash before this line: verify emits them
  return { batch: stored, isFirst };
}

function describe(batch: Batch, storedAt: Date, options: IngestOptions): StoredBatch {
  const { customerId, id, payloadHash, mediaType, entries } = batch;
  const partials = summarise(
    { customerId, batchId: id, payloadHash, storedAt, entries },
    { ...options, maxRecordBytes },
  );
  const windows = partials.filter(({ part }) => part === 0).length;
  if (windows > maxWindowsPerBatch) {
    throw new InvalidRequest(
      `The entries are of ${windows} different minutes; a batch may have ${maxWindowsPerBatch}.`,
    );
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

/** Stores the batch, or finds the one that was stored under its id before; one that is forgotten makes room for it. */
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
