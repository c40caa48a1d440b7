import type { ObjectKey } from '../../domain/keys.ts';
import { isFromBefore, type Tombstone } from '../../domain/tombstone.ts';
import { decodeWindowCounts } from '../../domain/window-format.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { removeObject, type Removal } from './remove-object.ts';

/** Removes a minute that was begun before its customer was forgotten. */
export function forgetMinute(
  key: ObjectKey,
  tombstone: Tombstone,
  store: Pick<ObjectStore, 'get' | 'delete'>,
): Promise<Removal> {
  return removeObject(key, store, (start) => {
    const counts = decodeWindowCounts(start);
    if (counts === undefined) return 'more';
    return isFromBefore(counts, tombstone) ? 'remove' : 'keep';
  });
}
