import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  customerSegmentOf,
  windowPrefixOfSegment,
  windowsPrefix,
  type ObjectKey,
} from '../lib/domain/keys.ts';
import { errorCode } from '../lib/error-code.ts';
import { Unavailable } from '../lib/errors.ts';
import type { CustomerSegments } from '../lib/ports/customer-segments.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import { isKeySegment } from './object-directory/key-place.ts';

const minutes = windowsPrefix('minute');

/**
 * The customers that have minutes in an object directory, kept in the memory of the process that owns it: that
 * process makes and removes all of them. So nothing is stored that could differ from the windows. A customer is known from the
 * first write of a minute on. Where it is not certain that a customer has one, after a removal, a failed write or a start,
 * the directory is looked at when the customer is listed next.
 */
export class KnownCustomers implements CustomerSegments {
  readonly #directory: string;
  readonly #objects: Pick<ObjectStore, 'list'>;
  /** Segments of customers that may have minutes. */
  readonly #segments = new Set<string>();
  /** The same in ascending order; `undefined` since one was added or removed. */
  #sorted: readonly string[] | undefined;
  /** Segments of customers that certainly have minutes. */
  readonly #certain = new Set<string>();
  /** Number of changes of a customer's minutes, by segment: a look decides nothing when a change came meanwhile. */
  readonly #changes = new Map<string, number>();
  /** Number of removals that began or ended, by segment. */
  readonly #removals = new Map<string, number>();
  #begun: Promise<void> | undefined;

  /** @param root  where the objects are files, at the places of their keys */
  constructor(root: string, objects: Pick<ObjectStore, 'list'>) {
    this.#directory = join(root, minutes);
    this.#objects = objects;
  }

  /** Returns the store, so that what is written and removed by way of it is noted. */
  observed(store: ObjectStore): ObjectStore {
    return {
      get: (key, options) => store.get(key, options),
      list: (prefix, options) => store.list(prefix, options),
      put: async (key, body, condition) => {
        if (!key.startsWith(minutes)) return store.put(key, body, condition);
        const removalsBefore = this.#removalsOf(key);
        let isWritten = false;
        try {
          const written = await store.put(key, body, condition);
          // What was removed meanwhile may be what was written.
          isWritten = this.#removalsOf(key) === removalsBefore;
          return written;
        } finally {
          this.#note(key, isWritten);
        }
      },
      delete: async (key, condition) => {
        if (!key.startsWith(minutes)) return store.delete(key, condition);
        this.#countRemoval(key);
        try {
          await store.delete(key, condition);
        } finally {
          this.#countRemoval(key);
          this.#note(key, false);
        }
      },
    };
  }

  async *behind(segment: string | undefined): AsyncGenerator<string> {
    await this.#begin();
    const sorted = (this.#sorted ??= [...this.#segments].sort());
    for (let place = placeBehind(segment, sorted); place < sorted.length; place++) {
      const next = sorted[place] ?? '';
      if (this.#certain.has(next) || (await this.#look(next))) yield next;
    }
  }

  #begin(): Promise<void> {
    this.#begun ??= this.#readNames().catch((error: unknown) => {
      this.#begun = undefined; // so that the next request tries again
      throw error;
    });
    return this.#begun;
  }

  /** Adds those whose minutes have a directory, which may be an empty one. */
  async #readNames(): Promise<void> {
    await isAny(this.#objects.list(minutes)); // fails where the whole object directory is not there
    let names: string[] = [];
    try {
      names = await readdir(this.#directory);
    } catch (cause) {
      if (errorCode(cause) !== 'ENOENT') throw new Unavailable('The customers cannot be listed.', { cause });
    }
    for (const name of names) if (isKeySegment(name)) this.#add(name);
  }

  /** Looks whether a customer has minutes. */
  async #look(segment: string): Promise<boolean> {
    const changesBefore = this.#changes.get(segment);
    const isFound = await isAny(this.#objects.list(windowPrefixOfSegment(segment, 'minute')));
    if (changesBefore !== this.#changes.get(segment)) return isFound || this.#certain.has(segment);
    if (isFound) {
      this.#certain.add(segment);
    } else {
      this.#segments.delete(segment);
      this.#sorted = undefined;
    }
    return isFound;
  }

  /** @param isWritten  the customer has a minute for certain */
  #note(key: ObjectKey, isWritten: boolean): void {
    const segment = customerSegmentOf(key);
    this.#changes.set(segment, (this.#changes.get(segment) ?? 0) + 1);
    this.#add(segment);
    if (isWritten) this.#certain.add(segment);
    else this.#certain.delete(segment);
  }

  #removalsOf(key: ObjectKey): number {
    return this.#removals.get(customerSegmentOf(key)) ?? 0;
  }

  #countRemoval(key: ObjectKey): void {
    this.#removals.set(customerSegmentOf(key), this.#removalsOf(key) + 1);
  }

  #add(segment: string): void {
    if (this.#segments.has(segment)) return;
    this.#segments.add(segment);
    this.#sorted = undefined;
  }
}

async function isAny(keys: AsyncIterable<ObjectKey>): Promise<boolean> {
  const iterator = keys[Symbol.asyncIterator]();
  const { done } = await iterator.next();
  await iterator.return?.();
  return done !== true;
}

/** The place of the first segment behind one, or of the first of all. */
function placeBehind(after: string | undefined, sorted: readonly string[]): number {
  if (after === undefined) return 0;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
