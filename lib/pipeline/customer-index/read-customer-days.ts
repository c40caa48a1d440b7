import pMap from 'p-map';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { CustomerDay } from '../../domain/customer-index.ts';
import { windowPrefixOfSegment, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readCustomerDay } from './read-customer-day.ts';

/** All days of a customer, as its windows have them. */
export interface ReadDays {
  /** `undefined` if there are no days. */
  readonly customerId: CustomerId | undefined;
  readonly days: ReadonlyMap<WindowStart, CustomerDay>;
  /** Time when the youngest of the days was rolled up. */
  readonly updatedAt: Date;
}

const daysInFlight = 8;

/** Reads all days of a customer for the index, by the customer's segment in keys, from a horizon on. */
export async function readCustomerDays(
  segment: string,
  horizon: WindowStart,
  store: Pick<ObjectStore, 'get' | 'list'>,
): Promise<ReadDays> {
  const keys: ObjectKey[] = [];
  for await (const key of store.list(windowPrefixOfSegment(segment, 'day'))) {
    if (windowStartOfKey(key) >= horizon) keys.push(key);
  }
  const read = await pMap(keys, (key) => readCustomerDay(key, store), { concurrency: daysInFlight });
  const days = new Map<WindowStart, CustomerDay>();
  let customerId: CustomerId | undefined;
  let updatedAt = new Date(0);
  for (const [place, key] of keys.entries()) {
    const found = read[place];
    if (found === undefined) continue;
    days.set(windowStartOfKey(key), found.day);
    customerId = found.customerId;
    if (found.updatedAt > updatedAt) updatedAt = found.updatedAt;
  }
  return { customerId, days, updatedAt };
}
