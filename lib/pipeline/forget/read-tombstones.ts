import type { CustomerId } from '../../domain/customer-id.ts';
import { tombstoneKey, tombstonesPrefix, type ObjectKey } from '../../domain/keys.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readTombstoneAt } from './read-tombstone.ts';

/** Reads the tombstones of one customer or, for `undefined`, of all: by their keys. They are few. */
export async function readTombstones(
  customerId: CustomerId | undefined,
  store: Pick<ObjectStore, 'get' | 'list'>,
): Promise<ReadonlyMap<ObjectKey, Tombstone>> {
  const tombstones = new Map<ObjectKey, Tombstone>();
  const read = async (key: ObjectKey) => {
    const tombstone = await readTombstoneAt(key, store);
    if (tombstone !== undefined) tombstones.set(key, tombstone);
  };
  if (customerId !== undefined) await read(tombstoneKey(customerId));
  else for await (const key of store.list(tombstonesPrefix)) await read(key);
  return tombstones;
}
