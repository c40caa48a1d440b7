import type { CustomerDays } from '../../domain/customer-days.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { decodeCustomerDays, decodeCustomerIndex } from '../../domain/customer-index-format.ts';
import type { CustomerIndex } from '../../domain/customer-index.ts';
import { decodeObject } from '../../domain/decode-object.ts';
import { customerIndexKey, type ObjectKey } from '../../domain/keys.ts';
import { NewerFormat, UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** An entry of the index as it is stored. */
export interface StoredIndex<T = CustomerIndex> {
  /** `undefined` if there is none. */
  readonly etag: string | undefined;
  /** `undefined` if there is none, or it is damaged: it is then made of the windows again. */
  readonly index: T | undefined;
}

/**
 * Reads an entry of the index of customers. One at the place of another customer counts as damaged.
 * @throws NewerFormat  a newer version wrote it
 */
export function readCustomerIndex(key: ObjectKey, store: Pick<ObjectStore, 'get'>): Promise<StoredIndex> {
  return readEntry(key, decodeCustomerIndex, store);
}

/** Reads an entry as `readCustomerIndex` does, for adding up its days. */
export function readIndexedDays(
  key: ObjectKey,
  store: Pick<ObjectStore, 'get'>,
): Promise<StoredIndex<CustomerDays>> {
  return readEntry(key, decodeCustomerDays, store);
}

async function readEntry<T extends { readonly customerId: CustomerId }>(
  key: ObjectKey,
  decode: (body: Buffer) => T,
  store: Pick<ObjectStore, 'get'>,
): Promise<StoredIndex<T>> {
  const object = await store.get(key);
  if (object === undefined) return { etag: undefined, index: undefined };
  const { etag } = object;
  try {
    const index = decodeObject(key, object.body, decode);
    return { etag, index: customerIndexKey(index.customerId) === key ? index : undefined };
  } catch (error) {
    if (error instanceof NewerFormat || !(error instanceof UnreadableFormat)) throw error;
    return { etag, index: undefined };
  }
}
