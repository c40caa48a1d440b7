import QuickLRU from 'quick-lru';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { allocatedBytes } from './measure-directory.ts';
import type { UsedBytes } from './used-bytes.ts';

/**
 * A window is read before it is replaced, so its size is known then; this is the number of sizes kept between read
 * and write.
 */
const maxKnownSizes = 20_000;

/**
 * Creates an object store that reports how much its objects grow and shrink.
 * @param sizeOf  returns the size of an object about to be deleted; `undefined` if it does not exist
 */
export function measuredObjectStore(
  objects: ObjectStore,
  used: Pick<UsedBytes, 'add'>,
  sizeOf: (key: ObjectKey) => Promise<number | undefined>,
): ObjectStore {
  const sizes = new QuickLRU<ObjectKey, number>({ maxSize: maxKnownSizes });
  return {
    list: (prefix, options) => objects.list(prefix, options),

    async get(key, options) {
      const found = await objects.get(key, options);
      if (found !== undefined) sizes.set(key, found.size);
      return found;
    },

    async put(key, body, condition) {
      const before = 'ifMatch' in condition ? (sizes.get(key) ?? 0) : 0;
      const written = await objects.put(key, body, condition);
      sizes.set(key, body.byteLength);
      used.add(allocatedBytes(body.byteLength) - allocatedBytes(before));
      return written;
    },

    async delete(key, condition) {
      const size = await sizeOf(key);
      await objects.delete(key, condition);
      sizes.delete(key);
      if (size !== undefined) used.add(-allocatedBytes(size));
    },
  };
}
