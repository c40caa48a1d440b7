import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CustomerId } from '../lib/domain/customer-id.ts';
import { customerOfKey, customerSegmentOf, windowsPrefix, type ObjectKey } from '../lib/domain/keys.ts';
import { decodeServedWindow } from '../lib/domain/served-window.ts';
import { Unavailable } from '../lib/errors.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { CustomerPage, CustomerRange } from '../lib/ports/window-reader.ts';
import { errorCode } from './object-directory/file-operations.ts';
import { isKeySegment } from './object-directory/key-place.ts';

const minutes = windowsPrefix('minute');

/**
 * The customers that have minutes in an object directory, kept in the memory of the process that owns it: that process
 * makes and removes all of them. So nothing is stored that could differ from the windows. A customer is known from the
 * first write of a minute on. Where it is not certain that a customer has one, after a removal, a failed write or a start,
 * the directory is looked at when the customer is listed next.
 */
export class KnownCustomers {
  readonly #directory: string;
  readonly #objects: Pick<ObjectStore, 'get' | 'list'>;
  /** Segments of keys, of customers that may have minutes. */
  readonly #segments = new Set<string>();
  /** The same in ascending order; `undefined` since one was added or removed. */
  #sorted: readonly string[] | undefined;
  /** Of those that have minutes for certain, by segment. */
  readonly #certain = new Map<string, CustomerId>();
  /** How many changes of a customer's minutes there were, by segment: a look that one came between decides nothing. */
  readonly #changes = new Map<string, number>();
  /** How many removals began or ended, by segment. */
  readonly #removals = new Map<string, number>();
  #begun: Promise<void> | undefined;

  /** @param root  where the objects are files, at the places of their keys */
  constructor(root: string, objects: Pick<ObjectStore, 'get' | 'list'>) {
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

  /** Lists customers, as the window reader promises; pages follow the order of the keys, in which capital letters come first. */
  async page({ after, limit }: CustomerRange): Promise<CustomerPage> {
    await this.#begin();
    const sorted = (this.#sorted ??= [...this.#segments].sort());
    const customers: CustomerId[] = [];
    let last = after;
    for (let place = placeBehind(after, sorted); place < sorted.length; place++) {
      const segment = sorted[place] ?? '';
      const customerId = this.#certain.get(segment) ?? (await this.#look(segment));
      if (customerId === undefined) continue;
      if (customers.length === limit) return { customers: customers.sort(), next: last };
      customers.push(customerId);
      last = segment;
    }
    return { customers: customers.sort(), next: undefined };
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
    // Fails where the whole object directory is not there.
    const keys = this.#objects.list(minutes)[Symbol.asyncIterator]();
    await keys.next();
    await keys.return?.();
    let names: string[] = [];
    try {
      names = await readdir(this.#directory);
    } catch (cause) {
      if (errorCode(cause) !== 'ENOENT') throw new Unavailable('The customers cannot be listed.', { cause });
    }
    for (const name of names) if (isKeySegment(name)) this.#add(name);
  }

  async #look(segment: string): Promise<CustomerId | undefined> {
    const changesBefore = this.#changes.get(segment);
    const customerId = await this.#customerIn(segment);
    if (changesBefore !== this.#changes.get(segment)) return customerId ?? this.#certain.get(segment);
    if (customerId !== undefined) {
      this.#certain.set(segment, customerId);
    } else {
      this.#segments.delete(segment);
      this.#sorted = undefined;
    }
    return customerId;
  }

  /** Finds whose the minutes are; `undefined` where there are none. */
  async #customerIn(segment: string): Promise<CustomerId | undefined> {
    for await (const key of this.#objects.list(`${minutes}${segment}/`)) {
      const customerId = customerOfKey(key);
      if (customerId !== undefined) return customerId;
      const window = await this.#objects.get(key);
      if (window === undefined) continue; // it was removed meanwhile, and the customer may have others
      return decodeServedWindow(window.body, 'minute')?.customerId;
    }
    return undefined;
  }

  /** @param isWritten  the customer has a minute for certain */
  #note(key: ObjectKey, isWritten: boolean): void {
    const segment = customerSegmentOf(key);
    this.#changes.set(segment, (this.#changes.get(segment) ?? 0) + 1);
    this.#add(segment);
    const customerId = customerOfKey(key);
    if (!isWritten) this.#certain.delete(segment);
    else if (customerId !== undefined) this.#certain.set(segment, customerId);
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
