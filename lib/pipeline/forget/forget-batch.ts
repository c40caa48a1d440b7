import { decodeBatchHeader } from '../../domain/batch-format.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { isForgotten, type Tombstone } from '../../domain/tombstone.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { removeObject, type Removal } from './remove-object.ts';

/** Removes a batch that was stored before its customer was forgotten. */
export function forgetBatch(
  key: ObjectKey,
  tombstone: Tombstone,
  store: Pick<ObjectStore, 'get' | 'delete'>,
): Promise<Removal> {
  return removeObject(key, store, (start) => {
    const header = decodeBatchHeader(start);
    if (header === undefined) return 'more';
    return isForgotten(header.storedAt, tombstone) ? 'remove' : 'keep';
  });
}
