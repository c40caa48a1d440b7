import { aggregatesPrefix, type ObjectKey } from '../../domain/keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { WindowNotifier } from '../../ports/window-notifier.ts';

/**
 * Creates a store whose writes and deletes of windows return only after their notification is durable. Everybody who
 * changes windows has to use it. After a crash between the two, the caller does its work again: it finds the window as
 * it should be, and `aggregate` then notifies by itself.
 */
export function createNotifyingStore(store: ObjectStore, notifier: WindowNotifier): ObjectStore {
  const notify = async (key: ObjectKey) => {
    if (key.startsWith(aggregatesPrefix)) await notifier.notify([key]);
  };
  return {
    get: (...args) => store.get(...args),
    list: (...args) => store.list(...args),
    async put(key, body, condition) {
      const written = await store.put(key, body, condition);
      await notify(key);
      return written;
    },
    async delete(key, condition) {
      await store.delete(key, condition);
      await notify(key);
    },
  };
}
