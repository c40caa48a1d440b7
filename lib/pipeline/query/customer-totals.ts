import type { DaysTotal } from '../../domain/customer-days.ts';
import type { EpochMinute } from '../../domain/epoch-minute.ts';
import { segmentOfCustomer } from '../../domain/keys.ts';
import { windowStartOf } from '../../domain/window.ts';
import type { CustomerTotals, CustomerTotalsPage, CustomerTotalsRange } from '../../ports/window-reader.ts';
import type { CustomerEntries } from './customer-entries.ts';

/** Reads a page of customers with their totals, as the window reader promises. */
export async function customerTotals(
  range: CustomerTotalsRange,
  entries: CustomerEntries,
): Promise<CustomerTotalsPage> {
  if (range.customerId !== undefined) {
    const days = await entries.of(segmentOfCustomer(range.customerId));
    const total = days?.totalOf(minuteOf(range.from), minuteOf(range.to));
    return { customers: total === undefined ? [] : [answered(total)], next: undefined };
  }
  return range.sort === 'name' ? pageByName(range, entries) : pageByRequests(range, entries);
}

/** Pages follow the order of the keys, as those of `listCustomers` do, and end as soon as they are full. */
async function pageByName(
  { from, to, after, limit }: CustomerTotalsRange,
  entries: CustomerEntries,
): Promise<CustomerTotalsPage> {
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  const customers: CustomerTotals[] = [];
  let last = after;
  for await (const group of entries.behind(after)) {
    for (const { segment, days } of group) {
      const total = days.totalOf(begin, end);
      if (total === undefined) continue;
      if (customers.length === limit) return { customers: customers.sort(byName), next: last };
      customers.push(answered(total));
      last = segment;
    }
  }
  return { customers: customers.sort(byName), next: undefined };
}

async function pageByRequests(
  { from, to, after, limit }: CustomerTotalsRange,
  entries: CustomerEntries,
): Promise<CustomerTotalsPage> {
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  const place = after === undefined ? undefined : placeIn(after);
  const behind: DaysTotal[] = [];
  for await (const group of entries.behind(undefined)) {
    for (const { days } of group) {
      const total = days.totalOf(begin, end);
      if (total !== undefined && (place === undefined || byRequests(place, total) < 0)) behind.push(total);
    }
  }
  const customers = behind.sort(byRequests).slice(0, limit).map(answered);
  const last = customers.at(-1);
  return { customers, next: behind.length > limit && last !== undefined ? placeOf(last) : undefined };
}

/** Only totals on a page need texts of their minutes. */
function answered({ customerId, requests, errors, firstMinute, lastMinute }: DaysTotal): CustomerTotals {
  const firstWindow = windowStartOf(firstMinute as EpochMinute);
  const lastWindow = windowStartOf(lastMinute as EpochMinute);
  return { customerId, requests, errors, firstWindow, lastWindow };
}

type Place = Pick<CustomerTotals, 'requests'> & { readonly customerId: string };

/** Most requests first, then by name. */
function byRequests(a: Place, b: Place): number {
  return b.requests - a.requests || byName(a, b);
}

function byName(a: Pick<Place, 'customerId'>, b: Pick<Place, 'customerId'>): number {
  if (a.customerId === b.customerId) return 0;
  return a.customerId < b.customerId ? -1 : 1;
}

/** Writes the place of a customer; no name has a space. */
function placeOf({ requests, customerId }: Place): string {
  return `${requests} ${customerId}`;
}

function placeIn(text: string): Place {
  const [requests = '', customerId = ''] = text.split(' ');
  return { requests: Number(requests), customerId };
}

function minuteOf(day: string): number {
  return Date.parse(day) / 60_000;
}
