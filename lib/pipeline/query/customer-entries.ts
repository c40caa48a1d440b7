import pMap from 'p-map';
import { CustomerDays } from '../../domain/customer-days.ts';
import { customerIndexKeyOfSegment, customerIndexPrefix, customerSegmentOfIndex } from '../../domain/keys.ts';
import { noHorizon } from '../../domain/retention.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { ObjectVersions } from '../../ports/object-versions.ts';
import { areCustomersIndexed } from '../customer-index/are-customers-indexed.ts';
import { readCustomerDays } from '../customer-index/read-customer-days.ts';
import { readIndexedDays } from '../customer-index/read-customer-index.ts';
import { inGroups } from './in-groups.ts';
import { segmentsBehind } from './list-customers.ts';

/** A customer of the index, by its segment in keys. */
export interface CustomerEntry {
  readonly segment: string;
  readonly days: CustomerDays;
}

interface Listed {
  readonly segment: string;
  /** `undefined` where entries are not remembered. */
  readonly version: string | undefined;
}

/** Maximum of days that are remembered, of all customers together: 64 MB. */
const maxRememberedDays = 2_000_000;
const entriesInFlight = 16;
const entriesAGroup = 512;

/**
 * The entries of the index of customers. It remembers what it has read, and reads again what has another version: so a
 * list of all customers takes a list of their names and the entries that have changed. What does not fit into the
 * memory is read each time.
 *
 * While customers of an earlier version are not indexed, those without an entry are read from their windows.
 */
export class CustomerEntries {
  readonly #store: Pick<ObjectStore, 'get' | 'list'>;
  readonly #versions: ObjectVersions | undefined;
  readonly #maxDays: number;
  readonly #remembered = new Map<string, { readonly version: string; readonly days: CustomerDays }>();
  #rememberedDays = 0;

  /** @param versions  without them, nothing is remembered */
  constructor(
    store: Pick<ObjectStore, 'get' | 'list'>,
    versions: ObjectVersions | undefined,
    maxDays = maxRememberedDays,
  ) {
    this.#store = store;
    this.#versions = versions;
    this.#maxDays = maxDays;
  }

  /**
   * Reads the days of one customer; `undefined` if none is rolled up.
   * @throws UnreadableFormat  the entry is damaged, or a newer version wrote it
   */
  async of(segment: string): Promise<CustomerDays | undefined> {
    const key = customerIndexKeyOfSegment(segment);
    const { index, etag } = await readIndexedDays(key, this.#store);
    if (index !== undefined) return index;
    if (etag !== undefined)
      throw new UnreadableFormat(`The entry ${key} of the index of customers is damaged.`);
    if (await areCustomersIndexed(this.#store)) return undefined;
    const { customerId, days } = await readCustomerDays(segment, noHorizon, this.#store);
    return customerId && CustomerDays.of({ customerId, days });
  }

  /** Reads the customers after the given one, in the order of `segmentsBehind`: lazily, some at a time. */
  async *behind(segment: string | undefined): AsyncGenerator<readonly CustomerEntry[]> {
    const listed = new Set<string>();
    for await (const group of inGroups(await this.#list(segment), entriesAGroup)) {
      const entries: CustomerEntry[] = [];
      const found = group.map((each) => this.#recall(each));
      const unread = group.filter((_each, place) => found[place] === undefined);
      const read = await pMap(unread, (each) => this.of(each.segment), { concurrency: entriesInFlight });
      for (const [place, each] of unread.entries()) this.#remember(each, read[place]);
      let next = 0;
      for (const [place, { segment: its }] of group.entries()) {
        listed.add(its);
        const days = found[place] ?? read[next++];
        if (days !== undefined) entries.push({ segment: its, days });
      }
      yield entries;
    }
    if (segment === undefined) this.#forgetAllBut(listed);
  }

  async #list(after: string | undefined): Promise<AsyncIterable<Listed>> {
    return this.#versions !== undefined && (await areCustomersIndexed(this.#store))
      ? versionsBehind(after, this.#versions)
      : unversioned(segmentsBehind(after, this.#store));
  }

  #recall({ segment, version }: Listed): CustomerDays | undefined {
    const known = version === undefined ? undefined : this.#remembered.get(segment);
    return known?.version === version ? known?.days : undefined;
  }

  #remember({ segment, version }: Listed, days: CustomerDays | undefined): void {
    this.#forget(segment);
    if (version === undefined || days === undefined) return;
    if (this.#rememberedDays + days.size > this.#maxDays) return; // others stay, so that some are remembered
    this.#remembered.set(segment, { version, days });
    this.#rememberedDays += days.size;
  }

  #forget(segment: string): void {
    this.#rememberedDays -= this.#remembered.get(segment)?.days.size ?? 0;
    this.#remembered.delete(segment);
  }

  #forgetAllBut(listed: ReadonlySet<string>): void {
    for (const segment of this.#remembered.keys()) if (!listed.has(segment)) this.#forget(segment);
  }
}

async function* versionsBehind(after: string | undefined, versions: ObjectVersions): AsyncGenerator<Listed> {
  const startAfter = after === undefined ? '' : customerIndexKeyOfSegment(after);
  for await (const { key, version } of versions.listVersions(customerIndexPrefix, { startAfter })) {
    yield { segment: customerSegmentOfIndex(key), version };
  }
}

async function* unversioned(segments: AsyncIterable<string>): AsyncGenerator<Listed> {
  for await (const segment of segments) yield { segment, version: undefined };
}
