import { decodeCustomerIndex } from '../../domain/customer-index-format.ts';
import type { CustomerIndex } from '../../domain/customer-index.ts';
import { customerIndexKey, type ObjectKey } from '../../domain/keys.ts';
import { NewerFormat, UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** An entry of the index as it is stored. */
export interface StoredIndex {
  /** `undefined` if there is none. */
  readonly etag: string | undefined;
  /** `undefined` if there is none, or it is damaged: it is then made of the windows again. */
  readonly index: CustomerIndex | undefined;
}

/**
 * Reads an entry of the index of customers. One at the place of another customer counts as damaged.
 * @throws NewerFormat  a newer version wrote it
 */
export async function readCustomerIndex(
  key: ObjectKey,
  store: Pick<ObjectStore, 'get'>,
): Promise<StoredIndex> {
  const object = await store.get(key);
  if (object === undefined) return { etag: undefined, index: undefined };
  const { etag } = object;
  try {
    const index = decodeCustomerIndex(object.body);
    return { etag, index: customerIndexKey(index.customerId) === key ? index : undefined };
  } catch (error) {
    if (error instanceof NewerFormat || !(error instanceof UnreadableFormat)) throw error;
    return { etag, index: undefined };
  }
}
