import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';

/** Creates a store whose keys are below a prefix of another one. */
export function storeBelow(prefix: string, store: ObjectStore): ObjectStore {
  const inside = (key: string) => `${prefix}${key}` as ObjectKey;
  return {
    get: (key, options) => store.get(inside(key), options),
    put: (key, body, condition) => store.put(inside(key), body, condition),
    delete: (key, condition) => store.delete(inside(key), condition),
    async *list(listed, options) {
      const startAfter = options?.startAfter;
      const below = startAfter === undefined ? {} : { startAfter: inside(startAfter) };
      for await (const key of store.list(inside(listed), below)) yield key.slice(prefix.length) as ObjectKey;
    },
  };
}
