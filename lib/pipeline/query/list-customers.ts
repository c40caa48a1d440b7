import type { CustomerId } from '../../domain/customer-id.ts';
import {
  behindCustomer,
  customerOfSegment,
  customerSegmentOf,
  windowPrefixOfSegment,
  windowsPrefix,
  type ObjectKey,
} from '../../domain/keys.ts';
import type { WindowSize } from '../../domain/window.ts';
import type { CustomerSegments } from '../../ports/customer-segments.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { CustomerPage, CustomerRange } from '../../ports/window-reader.ts';
import { readWindowCounts } from '../roll-up/read-window-counts.ts';

/** Lists the customers that have windows. Pages follow the order of the keys, in which capital letters come first. */
export async function listCustomers(
  { after, limit }: CustomerRange,
  segments: CustomerSegments,
  store: Pick<ObjectStore, 'get' | 'list'>,
): Promise<CustomerPage> {
  const customers: CustomerId[] = [];
  let last = after;
  for await (const segment of segments.behind(after)) {
    const customerId = customerOfSegment(segment) ?? (await readCustomer(segment, store));
    if (customerId === undefined) continue; // all of its windows were removed meanwhile
    if (customers.length === limit) return { customers: customers.sort(), next: last };
    customers.push(customerId);
    last = segment;
  }
  return { customers: customers.sort(), next: undefined };
}

/** Reads from a window whose it is. */
async function readCustomer(
  segment: string,
  store: Pick<ObjectStore, 'get' | 'list'>,
): Promise<CustomerId | undefined> {
  for await (const key of store.list(windowPrefixOfSegment(segment, 'minute'))) {
    const window = await readWindowCounts(key, 'minute', store);
    if (window !== undefined) return window.customerId;
  }
  return undefined;
}

/**
 * Finds the customers of a store that does not know them by itself. It looks at one key of each and skips the others, so
 * that what it costs depends on how many customers there are, and not on how much they send.
 */
export function segmentsInKeys(store: Pick<ObjectStore, 'list'>): CustomerSegments {
  return {
    async *behind(segment) {
      let last = segment;
      for (;;) {
        const key = await firstWindowBehind(last, 'minute', store);
        if (key === undefined) return;
        last = customerSegmentOf(key);
        yield last;
      }
    },
  };
}

/** The first window of the customers behind one, or of all; `undefined` where there is none. */
export async function firstWindowBehind(
  segment: string | undefined,
  size: WindowSize,
  store: Pick<ObjectStore, 'list'>,
): Promise<ObjectKey | undefined> {
  const startAfter = segment === undefined ? '' : behindCustomer(segment, size);
  for await (const key of store.list(windowsPrefix(size), { startAfter })) return key;
  return undefined;
}
