import { batchIdsSeenAs } from '../../domain/batch-id.ts';
import type { BatchHeader } from '../../domain/batch-format.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { batchKey } from '../../domain/keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { findUncounted } from '../verify/find-uncounted.ts';
import { readBatchHeader } from '../ingest/read-stored-batch.ts';
import type { Retention } from '../expire/retention.ts';

/** A batch, and whether all of its windows hold it. */
export interface FoundBatch {
  readonly header: BatchHeader;
  readonly isCounted: boolean;
}

/** Number of windows read before the search decides whether to continue. */
const windowsAGroup = 128;

/**
 * Finds the batch whose id was answered as this text, or `undefined` where the customer has none. Where it has two, since it
 * gave the derived id of one as the key of the other, one that is not counted goes first: so a client that asks for either is
 * never told that it is counted because the other one is.
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  the batch or one of its windows is damaged, or of a newer version
 */
export async function findBatch(
  customerId: CustomerId,
  text: string,
  store: ObjectStore,
  retention?: Retention,
): Promise<FoundBatch | undefined> {
  const found: FoundBatch[] = [];
  for (const batchId of batchIdsSeenAs(text)) {
    const header = await readBatchHeader(batchKey(customerId, batchId), store);
    if (header === undefined) continue;
    found.push({ header, isCounted: await isCounted(header, store, retention) });
  }
  return found.find(({ isCounted }) => !isCounted) ?? found[0];
}

/**
 * Looks for the batch in its windows, the last ones first, as these get their partials last, and no further than the first
 * group that lacks one: a batch can be in a week of minutes.
 */
async function isCounted(
  { partials, ...batch }: BatchHeader,
  store: ObjectStore,
  retention?: Retention,
): Promise<boolean> {
  for (let end = partials.length; end > 0; end -= windowsAGroup) {
    const group = { ...batch, partials: partials.slice(Math.max(0, end - windowsAGroup), end) };
    const { places, failures } = await findUncounted([group], store, retention);
    if (failures.has(group)) throw failures.get(group);
    if (places.has(group)) return false;
  }
  return true;
}
