import type { CustomerId } from './customer-id.ts';
import { saturatedSum } from './sums.ts';
import type { WindowStart } from './window.ts';

/** One UTC day of a customer in the index of customers. */
export interface CustomerDay {
  readonly requests: number;
  /** Number of requests with a status of 400 or more. */
  readonly errors: number;
  /** First and last minute with requests. */
  readonly firstWindow: WindowStart;
  readonly lastWindow: WindowStart;
}

/** Entry of a customer in the index of customers: each of its days, as its windows have it. */
export interface CustomerIndex {
  readonly customerId: CustomerId;
  /** Grows with each write, so that no entry is taken for an earlier one with the same days. */
  readonly revision: number;
  /** Days by their starts; days without windows are absent. */
  readonly days: ReadonlyMap<WindowStart, CustomerDay>;
}

const firstErrorStatus = 400;

/** Returns the number of requests with a status of 400 or more; statuses that were folded are not known. */
export function errorsIn(requestsByStatus: ReadonlyMap<string, number>): number {
  let errors = 0;
  for (const [status, requests] of requestsByStatus) {
    if (Number(status) >= firstErrorStatus) errors = saturatedSum(errors, requests);
  }
  return errors;
}

/** Reports whether two sets of days are equal. */
export function areSameDays(a: CustomerIndex['days'], b: CustomerIndex['days']): boolean {
  if (a.size !== b.size) return false;
  for (const [day, one] of a) {
    const other = b.get(day);
    if (other === undefined || !isSameDay(one, other)) return false;
  }
  return true;
}

/** Reports whether two days are equal. */
export function isSameDay(a: CustomerDay, b: CustomerDay): boolean {
  return (
    a.requests === b.requests &&
    a.errors === b.errors &&
    a.firstWindow === b.firstWindow &&
    a.lastWindow === b.lastWindow
  );
}
