import type { CustomerId } from '../../domain/customer-id.ts';
import { tombstoneKey, tombstonesPrefix, type ObjectKey } from '../../domain/keys.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readTombstoneAt } from './read-tombstone.ts';

/**
 * Reads the tombstones of one customer or, for `undefined`, of all: by their keys. They are few.
 * @param onUnreadable  receives each that is damaged or that a newer version wrote; without it, the first of them is thrown
 */
export async function readTombstones(
  customerId: CustomerId | undefined,
  store: Pick<ObjectStore, 'get' | 'list'>,
  onUnreadable?: (key: ObjectKey, error: UnreadableFormat) => void,
): Promise<ReadonlyMap<ObjectKey, Tombstone>> {
  const tombstones = new Map<ObjectKey, Tombstone>();
  const read = async (key: ObjectKey) => {
    try {
      const tombstone = await readTombstoneAt(key, store);
      if (tombstone !== undefined) tombstones.set(key, tombstone);
    } catch (error) {
      if (onUnreadable === undefined || !(error instanceof UnreadableFormat)) throw error;
      // Its cause does not name the key, which the caller has.
      onUnreadable(key, error.cause instanceof UnreadableFormat ? error.cause : error);
    }
  };
  if (customerId !== undefined) await read(tombstoneKey(customerId));
  else for await (const key of store.list(tombstonesPrefix)) await read(key);
  return tombstones;
}
