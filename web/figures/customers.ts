import type { CustomerTotal } from '../api/load-customer-totals.ts';
import { dayMilliseconds, type Range } from '../period/period.ts';
import { compareNames } from './compare-names.ts';

/** The days that the list of customers is about, and those that it compares. All are whole days of UTC. */
export interface CustomerDays {
  /** Days of the requests; the last one may not be over. */
  readonly shown: Range;
  /** The days among them that are over; if none is, the day before. */
  readonly current: Range;
  /** The days before those, of the same number. */
  readonly previous: Range;
}

/** A customer in the list. */
export interface CustomerRow extends Omit<CustomerTotal, 'firstSeen'> {
  /** Requests in the days that are compared; `undefined` while they are loading. */
  readonly current: number | undefined;
  readonly previous: number | undefined;
}

/** Days to compare where there is nothing before the range. */
const comparedDays = 7;

/**
 * Returns the whole UTC days that a range touches, and the days to compare: a day that is not over has too few requests.
 * @param isAll  the range has all requests, so that there are none before it; its last days are compared instead
 */
export function customerDays({ from, to }: Range, now: number, isAll = false): CustomerDays {
  const first = Math.floor(from / dayMilliseconds) * dayMilliseconds;
  const end = Math.max(Math.ceil(to / dayMilliseconds) * dayMilliseconds, first + dayMilliseconds);
  const today = Math.floor(now / dayMilliseconds) * dayMilliseconds;
  const currentEnd = Math.min(end, today);
  const days = isAll ? comparedDays : Math.max(1, (currentEnd - first) / dayMilliseconds);
  const currentStart = currentEnd - days * dayMilliseconds;
  return {
    shown: { from: first, to: end },
    current: { from: currentStart, to: currentEnd },
    previous: { from: currentStart - (currentEnd - currentStart), to: currentStart },
  };
}

/**
 * Returns the rows of the list: every customer with requests in the days that are shown or compared.
 * @param current, previous  `undefined` while they are loading
 */
export function customerRows(
  shown: readonly CustomerTotal[],
  current: readonly CustomerTotal[] | undefined,
  previous: readonly CustomerTotal[] | undefined,
): CustomerRow[] {
  const requestsOf = (totals: readonly CustomerTotal[] | undefined) =>
    totals && new Map(totals.map(({ customer, requests }) => [customer, requests]));
  const [nowBy, beforeBy] = [requestsOf(current), requestsOf(previous)];
  const rowOf = ({
    customer,
    requests,
    errors,
    lastSeen,
  }: Omit<CustomerTotal, 'firstSeen'>): CustomerRow => ({
    customer,
    requests,
    errors,
    lastSeen,
    current: nowBy && (nowBy.get(customer) ?? 0),
    previous: beforeBy && (beforeBy.get(customer) ?? 0),
  });
  const rows = shown.map(rowOf);
  const known = new Set(shown.map(({ customer }) => customer));
  // A customer that fell silent is the one to look at.
  for (const { customer, lastSeen } of previous ?? [])
    if (!known.has(customer)) rows.push(rowOf({ customer, requests: 0, errors: 0, lastSeen }));
  return rows;
}

/** Returns the part of a customer's requests that failed. */
export function errorShareOf({ requests, errors }: Pick<CustomerTotal, 'requests' | 'errors'>): number {
  return requests === 0 ? 0 : errors / requests;
}

/** Columns by which the list can be sorted. */
export const customerColumns = ['key', 'requests', 'change', 'errors', 'seen'] as const;

/** Compares rows by a column: names from A to Z, numbers from the largest, changes from the greatest growth. */
export function compareCustomers(column: string): (a: CustomerRow, b: CustomerRow) => number {
  const byName = (a: CustomerRow, b: CustomerRow) => compareNames(a.customer, b.customer);
  const valueOf = {
    requests: ({ requests }: CustomerRow) => requests,
    change: growthOf,
    errors: errorShareOf,
    seen: ({ lastSeen }: CustomerRow) => lastSeen,
  }[column];
  if (valueOf === undefined) return byName;
  // Among equal changes, such as those of all new customers, the largest customer matters most.
  return (a, b) => compareNumbers(valueOf(b), valueOf(a)) || b.requests - a.requests || byName(a, b);
}

/** Returns the growth of a customer as a share; a new customer has grown without limit. */
function growthOf({ current = 0, previous = 0 }: CustomerRow): number {
  if (current === previous) return 0;
  return previous === 0 ? Infinity : (current - previous) / previous;
}

function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
