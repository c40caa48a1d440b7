import type { Amounts } from '../figures/amounts.ts';
import { withoutStatus } from '../figures/amounts.ts';
import type { Look } from '../figures/chart-content.ts';

/** A class of statuses, in the chart, the table and the CSV. */
export interface StatusSeries {
  readonly name: string;
  /** The column of the CSV. */
  readonly field: string;
  readonly look: Look;
  readonly requestsIn: (amounts: Amounts) => number;
}

const ofClasses = (...classes: (keyof Amounts['statuses'])[]) => {
  return ({ statuses }: Amounts) => classes.reduce((sum, name) => sum + (statuses[name] ?? 0), 0);
};

/** All requests, from the lowest part of the stack to the highest: each request is in exactly one. */
const allSeries: readonly StatusSeries[] = [
  { name: '2xx', field: '2xx', look: '2xx', requestsIn: ofClasses('2xx') },
  { name: '3xx', field: '3xx', look: '3xx', requestsIn: ofClasses('3xx') },
  { name: '4xx', field: '4xx', look: '4xx', requestsIn: ofClasses('4xx') },
  { name: '5xx', field: '5xx', look: '5xx', requestsIn: ofClasses('5xx') },
  { name: 'Other status', field: 'otherStatus', look: 'other', requestsIn: ofClasses('1xx', 'other') },
  { name: 'No status', field: 'noStatus', look: 'no-status', requestsIn: withoutStatus },
];

/** Returns the classes that have requests. */
export function statusSeries(amounts: readonly Amounts[]): readonly StatusSeries[] {
  return allSeries.filter(({ requestsIn }) => amounts.some((amount) => requestsIn(amount) > 0));
}
