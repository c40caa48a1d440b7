import { batchIdFromKey, type BatchId } from '../domain/batch-id.ts';
import type { BatchHeader } from '../domain/batch-format.ts';
import type { CustomerId } from '../domain/customer-id.ts';
import { batchKey } from '../domain/keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { findUncounted } from './find-uncounted.ts';
import { readBatchHeader } from './read-stored-batch.ts';

/** A batch, and whether all of its windows hold it. */
export interface FoundBatch {
  readonly header: BatchHeader;
  readonly isCounted: boolean;
}

const derivedId = /^sha256-[0-9a-f]{64}$/;

/**
 * The batch that has this id, derived or given, or `undefined` where the customer has none.
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  the batch or one of its windows is damaged, or of a newer version
 */
export async function findBatch(
  customerId: CustomerId,
  text: string,
  store: ObjectStore,
): Promise<FoundBatch | undefined> {
  for (const batchId of possibleIds(text)) {
    const header = await readBatchHeader(batchKey(customerId, batchId), store);
    if (header === undefined) continue;
    const { places, failures } = await findUncounted([header], store);
    if (failures.has(header)) throw failures.get(header);
    return { header, isCounted: !places.has(header) };
  }
  return undefined;
}

/** A text that looks like a derived id may have been given as a key all the same. */
function possibleIds(text: string): BatchId[] {
  const given = batchIdFromKey(text);
  const derived: BatchId | undefined = derivedId.test(text) ? { text, origin: 'payload' } : undefined;
  return [derived, given].filter((id) => id !== undefined);
}
