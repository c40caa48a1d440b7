import type { ObjectKey } from '../domain/keys.ts';

/** An object, or its first bytes, at the moment of the read. */
export interface StoredObject {
  readonly body: Buffer;
  /** Identifies this content of this object; compare for equality only. */
  readonly etag: string;
  /** Length of the whole object in bytes, even if `body` is only its start. */
  readonly size: number;
}

/** Condition on the key at the moment of the write: that there is no object, or exactly this one. */
export type PutCondition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string };

/** Condition on the key at the moment of a delete: that exactly this object is there. */
export interface DeleteCondition {
  readonly ifMatch: string;
}

/**
 * The store of batches and windows. Every write is conditional, so that no writer can undo another's.
 *
 * - When `put` or `delete` returns, the change survives a power cut.
 * - A crash leaves the old object, the new one, or none; never a part of one.
 * - An object that cannot be read is an error, never "absent".
 *
 * Every verb throws `Unavailable` if the store is not available now; it is safe to repeat the call later.
 */
export interface ObjectStore {
  /** Returns the object, or `undefined` if there is none. `firstBytes` reads only its start. */
  get(key: ObjectKey, options?: { readonly firstBytes?: number }): Promise<StoredObject | undefined>;

  /**
   * Writes the object if the condition holds, atomically: of several racing writers exactly one succeeds.
   * @throws PreconditionFailed  the condition did not hold; nothing was changed
   */
  put(key: ObjectKey, body: Uint8Array, condition: PutCondition): Promise<{ readonly etag: string }>;

  /**
   * Lists the keys that start with `prefix`, in ascending order, from the first one after `startAfter`. It reads
   * lazily: a caller that stops early does not pay for the rest.
   */
  list(prefix: string, options?: { readonly startAfter?: string }): AsyncIterable<ObjectKey>;

  /**
   * Deletes the object atomically; with a condition, only if exactly this one is there. Deleting an absent object
   * succeeds.
   * @throws PreconditionFailed  another object is there; nothing was changed
   */
  delete(key: ObjectKey, condition?: DeleteCondition): Promise<void>;
}
