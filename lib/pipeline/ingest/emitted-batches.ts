import QuickLRU from 'quick-lru';
import type { StoredBatch } from '../../domain/batch-format.ts';
import { batchKey, type ObjectKey } from '../../domain/keys.ts';

type StoredFields = Pick<StoredBatch, 'customerId' | 'id' | 'storedAt'>;

/** Number of batches remembered, at some 200 bytes each. */
const maxBatches = 10_000;

/**
 * Batches whose partials this process has put on their streams, which keep them until they are counted. A repetition of
 * such a batch is neither looked for in its windows, of which it may have 10,000, nor emitted while the partials wait.
 * If the stream loses them after all, `verify` finds out. A new process remembers nothing, and looks in the windows.
 */
export class EmittedBatches {
  /** Storage time by the key of a batch. A batch that was removed and stored anew is another batch. */
  readonly #storedAt = new QuickLRU<ObjectKey, number>({ maxSize: maxBatches });

  /** Reports whether a batch with this key was emitted lately. */
  hasKey(key: ObjectKey): boolean {
    return this.#storedAt.has(key);
  }

  has({ customerId, id, storedAt }: StoredFields): boolean {
    return this.#storedAt.get(batchKey(customerId, id)) === storedAt.getTime();
  }

  add({ customerId, id, storedAt }: StoredFields): void {
    this.#storedAt.set(batchKey(customerId, id), storedAt.getTime());
  }
}
