import type { ObjectKey } from '../lib/domain/keys.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { ObjectVersions, VersionedKey } from '../lib/ports/object-versions.ts';

/**
 * Versions of the objects under one prefix of an object directory. The owner of the directory keeps them in memory,
 * since only it writes and removes objects. A version is the number of changes since the start; only the names are
 * read from the directory.
 */
export class ChangeCounts implements ObjectVersions {
  readonly #prefix: string;
  readonly #objects: Pick<ObjectStore, 'list'>;
  /** Number of changes by key; keys that did not change are absent. */
  readonly #changes = new Map<ObjectKey, number>();

  constructor(prefix: string, objects: Pick<ObjectStore, 'list'>) {
    this.#prefix = prefix;
    this.#objects = objects;
  }

  /** Notes that an object was, or may have been, written or removed. Call it when the change can be read. */
  note(key: ObjectKey): void {
    if (key.startsWith(this.#prefix)) this.#changes.set(key, (this.#changes.get(key) ?? 0) + 1);
  }

  /** @throws RangeError  the prefix is not one whose changes are counted */
  async *listVersions(
    prefix: string,
    options: { readonly startAfter?: string } = {},
  ): AsyncGenerator<VersionedKey> {
    if (!prefix.startsWith(this.#prefix)) throw new RangeError(`Changes under ${prefix} are not counted.`);
    for await (const key of this.#objects.list(prefix, options)) {
      yield { key, version: String(this.#changes.get(key) ?? 0) };
    }
  }
}
