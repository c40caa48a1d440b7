import type { CustomerId } from '../../domain/customer-id.ts';
import { tombstoneKey, tombstonesPrefix, type ObjectKey } from '../../domain/keys.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import { readTombstoneAt } from '../forget/read-tombstone.ts';
import type { ObjectReader } from './audit-ports.ts';

/** Reads the tombstones of one customer or, for `undefined`, of all: by their keys. They are few. */
export async function readTombstones(
  customerId: CustomerId | undefined,
  store: ObjectReader,
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
