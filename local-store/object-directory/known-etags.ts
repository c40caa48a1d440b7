import QuickLRU from 'quick-lru';
import type { ObjectKey } from '../../lib/domain/keys.ts';

const maxKnownEtags = 20_000;

/**
 * Entry that a reader holds while it reads: the etag is set once somebody knows it, and `null` where there is no
 * object.
 */
export interface KnownEtag {
  etag: string | null | undefined;
}

/**
 * The etags of objects that were written or wholly read lately, so that who wants the start of an object need not
 * read all of it. An entry is dropped before its object is written and made again afterwards; so a reader that finds
 * the same entry before it opens the file and after it knows that the file is the entry's.
 */
export class KnownEtags {
  readonly #known = new QuickLRU<ObjectKey, KnownEtag>({ maxSize: maxKnownEtags });
  readonly #writing = new Map<ObjectKey, number>();

  beginWrite(key: ObjectKey): void {
    this.#known.delete(key);
    this.#writing.set(key, (this.#writing.get(key) ?? 0) + 1);
  }

  /** `etag` is what the write left, where that is known. Writes of one key end in the order in which they took place. */
  endWrite(key: ObjectKey, etag: string | undefined): void {
    const others = (this.#writing.get(key) ?? 0) - 1;
    if (others > 0) {
      this.#writing.set(key, others);
      return;
    }
    this.#writing.delete(key);
    if (etag !== undefined) this.#known.set(key, { etag });
  }

  /** Returns whether an object is known to exist while nobody writes it. */
  has(key: ObjectKey): boolean {
    return typeof this.#known.peek(key)?.etag === 'string';
  }

  /** Begins a read. Call it before the file is opened. */
  beginRead(key: ObjectKey): KnownEtag {
    const known = this.#known.get(key) ?? { etag: undefined };
    if (!this.#writing.has(key)) this.#known.set(key, known);
    return known;
  }

  /** Returns whether no write has begun since `beginRead` gave this entry, and none was under way then. */
  isCurrent(key: ObjectKey, entry: KnownEtag): boolean {
    return this.#known.get(key) === entry;
  }
}
