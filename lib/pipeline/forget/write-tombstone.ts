import type { CustomerId } from '../../domain/customer-id.ts';
import { tombstoneKey } from '../../domain/keys.ts';
import { decodeTombstone, encodeTombstone, type Tombstone } from '../../domain/tombstone.ts';
import { PreconditionFailed } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

type Store = Pick<ObjectStore, 'get' | 'put'>;

/**
 * Longer than writing a tombstone takes, so that everything stored before the tombstone is visible was stored before its
 * instant. `ingest` dates what is stored afterwards behind that instant, however soon it comes.
 */
const marginMilliseconds = 1_000;

/**
 * Writes a customer's tombstone, which decides what is forgotten: everything stored before this, even by a clock that is
 * ahead of ours.
 * @param lastStoredAt  the latest instant at which one of its batches was stored
 * @throws Unavailable  the store cannot do it now
 */
export async function writeTombstone(
  customerId: CustomerId,
  lastStoredAt: Date | undefined,
  store: Store,
  now: Date,
): Promise<Tombstone> {
  const key = tombstoneKey(customerId);
  for (;;) {
    const object = await store.get(key);
    const earlier = object && decodeTombstone(object.body).before;
    const latest = Math.max(now.getTime(), lastStoredAt?.getTime() ?? 0, earlier?.getTime() ?? 0);
    const before = new Date(latest + marginMilliseconds);
    const tombstone = { customerId, before, completedAt: undefined };
    try {
      const condition = object ? { ifMatch: object.etag } : ({ ifNoneMatch: '*' } as const);
      await store.put(key, encodeTombstone(tombstone), condition);
      return tombstone;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
}

/**
 * Records that everything of a tombstone has been removed.
 * @returns false where somebody has begun anew meanwhile
 */
export async function completeForgetting(tombstone: Tombstone, store: Store, now: Date): Promise<boolean> {
  const key = tombstoneKey(tombstone.customerId);
  const object = await store.get(key);
  if (object === undefined) return false;
  const current = decodeTombstone(object.body);
  if (current.before.getTime() !== tombstone.before.getTime()) return false;
  try {
    await store.put(key, encodeTombstone({ ...current, completedAt: now }), { ifMatch: object.etag });
    return true;
  } catch (error) {
    if (error instanceof PreconditionFailed) return false;
    throw error;
  }
}
