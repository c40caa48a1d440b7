import type { ObjectKey } from '../domain/keys.ts';

/** An object in a list. */
export interface VersionedKey {
  readonly key: ObjectKey;
  /** Equal versions of an object mean equal contents; compare for equality only. */
  readonly version: string;
}

/** Lists objects with their versions, so that whoever has read one reads it again only if it has changed. */
export interface ObjectVersions {
  /**
   * Lists the objects whose keys start with `prefix`, in ascending order, from the first one after `startAfter`. Reads
   * lazily. A version is at most as new as the content that a later `get` returns.
   * @throws Unavailable  they cannot be listed now
   */
  listVersions(prefix: string, options?: { readonly startAfter?: string }): AsyncIterable<VersionedKey>;
}
