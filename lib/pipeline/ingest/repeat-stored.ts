import type { StoredBatch } from '../../domain/batch-format.ts';
import { batchKey } from '../../domain/keys.ts';
import { isForgotten } from '../../domain/tombstone.ts';
import { Unavailable } from '../../errors.ts';
import { readTombstone } from '../forget/read-tombstone.ts';
import { emitStored, type EmitStoredPorts, type Ingested } from './emit-stored.ts';
import { idOf, type DecodedBatch } from './read-batch.ts';
import { readBatchHeader, readStoredBatch } from './read-stored-batch.ts';
import { storeAnnounced, type StoreAnnouncedPorts } from './store-announced.ts';

/**
 * Answers a batch that is already stored, from what is stored and without reading its body. Returns `undefined` if
 * there is none with this id and this payload.
 * @throws BudgetUsedUp          the customer has too much waiting to be counted; safe to repeat
 * @throws Unavailable           store or stream cannot take it now, or too much waits to be counted; safe to repeat
 */
export async function repeatStored(
  batch: Pick<DecodedBatch, 'customerId' | 'id' | 'payloadHash' | 'sourceHash'>,
  ports: StoreAnnouncedPorts & EmitStoredPorts,
): Promise<Ingested | undefined> {
  const { customerId } = batch;
  const { store } = ports;
  const key = batchKey(customerId, await idOf(batch));
  const header = await readBatchHeader(key, store);
  if (header === undefined || header.payloadHash !== (await batch.payloadHash)) return undefined;
  if (isForgotten(header.storedAt, await readTombstone(customerId, store))) return undefined;
  const read = async (): Promise<StoredBatch> => {
    const stored = await readStoredBatch(key, store);
    if (stored?.payloadHash === header.payloadHash) return stored;
    throw new Unavailable('The batch that had this id is just being removed.');
  };
  const { result, hasIntent } = await storeAnnounced({ customerId, key }, read, ports);
  return emitStored(result, { isFirst: false, hasIntent }, ports);
}
