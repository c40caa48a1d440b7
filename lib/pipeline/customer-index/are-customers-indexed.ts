import { decodeCustomerIndexing } from '../../domain/customer-indexing-format.ts';
import { customerIndexingKey } from '../../domain/keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** Returns whether all customers are indexed, so that one without an entry has no windows that are rolled up. */
export async function areCustomersIndexed(store: Pick<ObjectStore, 'get'>): Promise<boolean> {
  const object = await store.get(customerIndexingKey);
  return object !== undefined && decodeCustomerIndexing(object.body).completedAt !== undefined;
}
