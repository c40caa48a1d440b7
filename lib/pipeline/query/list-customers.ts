import type { CustomerId } from '../../domain/customer-id.ts';
import {
  behindCustomer,
  customerOfKey,
  customerSegmentOf,
  windowsPrefix,
  type ObjectKey,
} from '../../domain/keys.ts';
import type { WindowSize } from '../../domain/window.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { CustomerPage, CustomerRange } from '../../ports/window-reader.ts';
import { readWindowCounts } from '../roll-up/read-window-counts.ts';

/**
 * The customers that have windows. It looks at one key of each and skips the others, so that what it costs depends on
 * how many customers there are, and not on how much they send. Pages follow the order of the keys, in which capital
 * letters come first.
 */
export async function listCustomers(
  { after, limit }: CustomerRange,
  store: Pick<ObjectStore, 'get' | 'list'>,
): Promise<CustomerPage> {
  const customers: CustomerId[] = [];
  let lastSegment = after;
  for (;;) {
    const key = await firstWindowBehind(lastSegment, 'minute', store);
    if (key === undefined) return { customers: customers.sort(), next: undefined };
    if (customers.length === limit) return { customers: customers.sort(), next: lastSegment };
    const customerId = customerOfKey(key) ?? (await readWindowCounts(key, 'minute', store))?.customerId;
    if (customerId === undefined) continue; // it was removed meanwhile, and the customer may have others
    customers.push(customerId);
    lastSegment = customerSegmentOf(key);
  }
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
