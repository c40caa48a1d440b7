import { batchKey } from '../domain/keys.ts';
import { decodeBatch, encodeBatch, type StoredBatch } from '../domain/batch-format.ts';
import { summarise, type SummariseOptions } from '../domain/summarise.ts';
import { IdempotencyKeyReused, PreconditionFailed, Unavailable } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { maxRecordBytes } from '../ports/event-stream.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { emit } from './emit.ts';
import type { Batch } from './read-batch.ts';
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

/**
 * Stores a batch once and emits its partials. A duplicate is emitted again, not refused: its first delivery may have
 * died before it emitted, and the aggregator drops what it has.
 * @throws InvalidRequest        it has entries in too many minutes
 * @throws IdempotencyKeyReused  its id belongs to another payload
 * @throws Unavailable           store or stream cannot take it now, or too much waits to be counted; safe to repeat
 */
export async function ingest(batch: Batch, ports: IngestPorts, options: IngestOptions): Promise<Ingested> {
  const { streams } = ports;
  const described = describe(batch, ports.clock.now(), options); // what will be counted is decided here, once
  await requireRoom(described.partials, streams, options.maxBacklogRecords);
  const { stored, isFirst } = await createOnce(described, batch.gzippedBody, ports.store); // the commit point
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

/** Stores the batch, or finds the one that was stored under its id before. */
async function createOnce(
  batch: StoredBatch,
  gzippedBody: Buffer,
  store: ObjectStore,
): Promise<{ stored: StoredBatch; isFirst: boolean }> {
  const key = batchKey(batch.customerId, batch.id);
  try {
    await store.put(key, encodeBatch(batch, gzippedBody), { ifNoneMatch: '*' });
    return { stored: batch, isFirst: true };
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
  }
  const existing = await store.get(key);
  // Raw batches may expire; one that does so between the two calls is as if it had never been, on the next try.
  if (existing === undefined) throw new Unavailable('The batch that had this id is just being removed.');
  return { stored: decodeBatch(existing.body).batch, isFirst: false };
}
