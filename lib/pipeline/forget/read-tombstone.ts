import type { CustomerId } from '../../domain/customer-id.ts';
import { decodeObject } from '../../domain/decode-object.ts';
import { tombstoneKey, type ObjectKey } from '../../domain/keys.ts';
import { decodeTombstone, type Tombstone } from '../../domain/tombstone.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

type Reader = Pick<ObjectStore, 'get'>;

/**
 * Reads since when a customer is forgotten; `undefined` if it never was.
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  the tombstone is damaged, or a newer version wrote it
 */
export function readTombstone(customerId: CustomerId, store: Reader): Promise<Tombstone | undefined> {
  return readTombstoneAt(tombstoneKey(customerId), store);
}

/** Reads a tombstone by its key. */
export async function readTombstoneAt(key: ObjectKey, store: Reader): Promise<Tombstone | undefined> {
  const object = await store.get(key);
  return object && decodeObject(key, object.body, decodeTombstone);
}

/** Returns a reader of tombstones for one invocation: it reads that of each customer once. */
export function tombstonesReadOnce(
  store: Reader,
): (customerId: CustomerId) => Promise<Tombstone | undefined> {
  const tombstones = new Map<CustomerId, Promise<Tombstone | undefined>>();
  return (customerId) => {
    const read = tombstones.get(customerId) ?? readTombstone(customerId, store);
    tombstones.set(customerId, read);
    return read;
  };
}
