import type { CustomerId } from '../../domain/customer-id.ts';
import {
  customerIndexKeyOfSegment,
  customerIndexPrefix,
  customerOfSegment,
  customerSegmentOfIndex,
  windowPrefixOfSegment,
} from '../../domain/keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { CustomerPage, CustomerRange } from '../../ports/window-reader.ts';
import { customersOfWindows } from '../customer-index/customers-of-windows.ts';
import { areCustomersIndexed } from '../customer-index/are-customers-indexed.ts';
import { readCustomerIndex } from '../customer-index/read-customer-index.ts';
import { readWindowCounts } from '../roll-up/read-window-counts.ts';

type Reader = Pick<ObjectStore, 'get' | 'list'>;

/**
 * Lists the customers that have windows, by the names in the index. Pages follow the order of the keys, in which
 * capital letters come first.
 */
export async function listCustomers({ after, limit }: CustomerRange, store: Reader): Promise<CustomerPage> {
  const customers: CustomerId[] = [];
  let last = after;
  for await (const segment of segmentsBehind(after, store)) {
    const customerId = customerOfSegment(segment) ?? (await readCustomer(segment, store));
    if (customerId === undefined) continue; // all of its windows were removed meanwhile
    if (customers.length === limit) return { customers: customers.sort(), next: last };
    customers.push(customerId);
    last = segment;
  }
  return { customers: customers.sort(), next: undefined };
}

/**
 * Lists the segments of customers, after the given one, in the order of the index. While customers of an earlier version
 * are not indexed, it lists those of the windows, in their order: each customer of the index has windows.
 */
export async function* segmentsBehind(after: string | undefined, store: Reader): AsyncGenerator<string> {
  if (await areCustomersIndexed(store)) yield* segmentsInIndex(after, store);
  else yield* customersOfWindows(after, 'minute', store);
}

async function* segmentsInIndex(
  after: string | undefined,
  store: Pick<ObjectStore, 'list'>,
): AsyncGenerator<string> {
  const startAfter = after === undefined ? '' : customerIndexKeyOfSegment(after);
  for await (const key of store.list(customerIndexPrefix, { startAfter })) yield customerSegmentOfIndex(key);
}

/** Reads whose segment it is from the index or, before there is an entry, from a window. */
async function readCustomer(segment: string, store: Reader): Promise<CustomerId | undefined> {
  const { index } = await readCustomerIndex(customerIndexKeyOfSegment(segment), store);
  if (index !== undefined) return index.customerId;
  for await (const key of store.list(windowPrefixOfSegment(segment, 'minute'))) {
    const window = await readWindowCounts(key, 'minute', store);
    if (window !== undefined) return window.customerId;
  }
  return undefined;
}
