import type { Outstanding } from '../domain/completeness.ts';
import type { CustomerId } from '../domain/customer-id.ts';

export type { CustomerId, Outstanding };

/** Minutes that were written and are not in their hours and days yet. */
export interface RollUpBacklog {
  /**
   * Returns a snapshot of the minutes that wait for one customer, or for all of them together if none is given; later
   * changes do not affect it.
   * @param countedThrough  everything accepted before this instant is in its minutes; ask for it before this call
   * @throws Unavailable  it cannot be found out now
   */
  of(customerId: CustomerId | undefined, countedThrough: Date | undefined): Promise<Outstanding>;

  /** Returns when the minute that has waited longest was written; `undefined` if none waits, or it is not known. */
  oldestWrittenAt(): Promise<Date | undefined>;
}
