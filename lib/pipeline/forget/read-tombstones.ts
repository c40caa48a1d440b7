import type { CustomerId } from '../../domain/customer-id.ts';
import { tombstoneKey, tombstonesPrefix, type ObjectKey } from '../../domain/keys.ts';
import { decodeTombstone, type Tombstone } from '../../domain/tombstone.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/**
 * Reads the tombstones of one customer or, for `undefined`, of all: by their keys. They are few.
 * @param onUnreadable  receives each that is damaged or that a newer version wrote, with an error that does not repeat the key
 * @throws Unavailable  the store cannot be read now
 */
export async function readTombstones(
  customerId: CustomerId | undefined,
  store: Pick<ObjectStore, 'get' | 'list'>,
  onUnreadable: (key: ObjectKey, error: UnreadableFormat) => void,
): Promise<ReadonlyMap<ObjectKey, Tombstone>> {
  const tombstones = new Map<ObjectKey, Tombstone>();
  const read = async (key: ObjectKey) => {
    const object = await store.get(key);
    if (object === undefined) return;
    try {
      tombstones.set(key, decodeTombstone(object.body));
    } catch (error) {
      if (!(error instanceof UnreadableFormat)) throw error;
      onUnreadable(key, error);
    }
  };
  if (customerId !== undefined) await read(tombstoneKey(customerId));
  else for await (const key of store.list(tombstonesPrefix)) await read(key);
  return tombstones;
}
