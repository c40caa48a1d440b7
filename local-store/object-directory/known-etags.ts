import QuickLRU from 'quick-lru';
import type { ObjectKey } from '../../lib/domain/keys.ts';

const maxKnownEtags = 20_000;

/** Entry that a reader holds while it reads. The etag is set once it is known, and `null` if there is no object. */
export interface KnownEtag {
  etag: string | null | undefined;
}

/**
 * The etags of objects that were recently written or read as a whole, so that a reader who wants the start of an
 * object need not read all of it. An entry is dropped before its object is written and created again afterwards. So
 * if a reader finds the same entry before and after it opens the file, the entry belongs to that file.
 */
export class KnownEtags {
  readonly #known = new QuickLRU<ObjectKey, KnownEtag>({ maxSize: maxKnownEtags });
  readonly #writing = new Map<ObjectKey, number>();

  beginWrite(key: ObjectKey): void {
    this.#known.delete(key);
    this.#writing.set(key, (this.#writing.get(key) ?? 0) + 1);
  }

  /** Ends a write that left `etag`, if that is known. Writes of one key end in the order in which they took place. */
  endWrite(key: ObjectKey, etag: string | undefined): void {
    const others = (this.#writing.get(key) ?? 0) - 1;
    if (others > 0) {
      this.#writing.set(key, others);
      return;
    }
    this.#writing.delete(key);
    if (etag !== undefined) this.#known.set(key, { etag });
  }

  /** Returns whether an object is known to exist and nobody is writing it. */
  has(key: ObjectKey): boolean {
    return typeof this.#known.peek(key)?.etag === 'string';
  }

  /** Begins a read. Call it before the file is opened. */
  beginRead(key: ObjectKey): KnownEtag {
    const known = this.#known.get(key) ?? { etag: undefined };
    if (!this.#writing.has(key)) this.#known.set(key, known);
    return known;
  }

  /** Returns whether no write was under way when `beginRead` returned this entry, and none has begun since. */
  isCurrent(key: ObjectKey, entry: KnownEtag): boolean {
    return this.#known.get(key) === entry;
  }
}
