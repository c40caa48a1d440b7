import { batchKey } from '../../domain/keys.ts';
import { isForgotten } from '../../domain/tombstone.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readTombstone } from '../forget/read-tombstone.ts';
import type { EmittedBatches } from './emitted-batches.ts';
import type { Ingested } from './emit-stored.ts';
import { idOf, type DecodedBatch } from './read-batch.ts';
import { readBatchHeader } from './read-stored-batch.ts';

export interface RepetitionPorts {
  readonly store: Pick<ObjectStore, 'get'>;
  readonly emittedBatches: EmittedBatches;
}

/**
 * Answers a batch that this process has stored and emitted lately, from its stored header: parsing, summarising and
 * compressing it again would cost as much as a new batch, and yield nothing new. Returns `undefined` for all others,
 * among them other payloads under the same key, which are processed in full.
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  the stored batch is damaged, or a newer version wrote it
 */
export async function findRepetition(
  batch: DecodedBatch,
  { store, emittedBatches }: RepetitionPorts,
): Promise<Ingested | undefined> {
  const { customerId } = batch;
  const key = batchKey(customerId, await idOf(batch));
  if (!emittedBatches.hasKey(key)) return undefined;
  const stored = await readBatchHeader(key, store);
  if (stored === undefined || !emittedBatches.has(stored)) return undefined; // removed, or stored anew
  if (stored.payloadHash !== (await batch.payloadHash)) return undefined;
  if (isForgotten(stored.storedAt, await readTombstone(customerId, store))) return undefined;
  return { batch: stored, isFirst: false, emitted: [] };
}
