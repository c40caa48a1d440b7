import type { ObjectKey } from '../domain/keys.ts';

/** An object, or the first bytes of it, as it was when it was read. */
export interface StoredObject {
  readonly body: Buffer;
  /** Names this content of this object; compare for equality only. */
  readonly etag: string;
  /** Length of the whole object in bytes, also where `body` is only the start of it. */
  readonly size: number;
}

/** What must be true of the key at the moment of the write: that nothing is there, or that exactly this is. */
export type PutCondition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string };

/** What must be true of the key at the moment of a removal: that exactly this is there. */
export interface DeleteCondition {
  readonly ifMatch: string;
}

/**
 * Where batches and window aggregates are kept. Every write is conditional, so that no writer can undo another's.
 *
 * - When `put` or `delete` returns, the change survives the machine losing power.
 * - A crash leaves the old object, the new one, or none; never a part of one.
 * - An object that cannot be read is an error, never "absent".
 *
 * Every verb throws `Unavailable` when the store cannot do it now; the same call may be repeated later.
 */
export interface ObjectStore {
  /** The object, or `undefined` where there is none. `firstBytes` reads only the start of it. */
  get(key: ObjectKey, options?: { readonly firstBytes?: number }): Promise<StoredObject | undefined>;

  /**
   * Writes the object if the condition holds, atomically: of several racing writers exactly one succeeds.
   * @throws PreconditionFailed  the condition did not hold; nothing was changed
   */
  put(key: ObjectKey, body: Uint8Array, condition: PutCondition): Promise<{ readonly etag: string }>;

  /**
   * The keys that start with `prefix`, in ascending order, from the first one after `startAfter`. Read lazily: a
   * caller that stops early does not pay for the rest.
   */
  list(prefix: string, options?: { readonly startAfter?: string }): AsyncIterable<ObjectKey>;

  /**
   * Removes the object, with a condition only if exactly this is there, atomically. Removing what is not there succeeds.
   * @throws PreconditionFailed  something else is there; nothing was changed
   */
  delete(key: ObjectKey, condition?: DeleteCondition): Promise<void>;
}
