import type { Outstanding } from '../domain/completeness.ts';
import type { CustomerId } from '../domain/customer-id.ts';

export type { CustomerId, Outstanding };

/** What is known of minutes that were written, and are not in their hours and days yet. */
export interface RollUpBacklog {
  /**
   * Returns what waits for one customer, as it is at one instant; it stays as it is.
   * @param countedThrough  everything that was accepted before is in its minutes; asked for before this
   * @throws Unavailable  it cannot be found out now
   */
  of(customerId: CustomerId, countedThrough: Date | undefined): Promise<Outstanding>;

  /** When the minute was written that has waited longest; `undefined` where there is none, or it is not known. */
  oldestWrittenAt(): Promise<Date | undefined>;
}
