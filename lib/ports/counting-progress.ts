import type { Progress } from '../domain/completeness.ts';
import type { CustomerId } from '../domain/customer-id.ts';

/** Tells what the counts of a customer do not hold yet. */
export interface CountingProgress {
  /**
   * Returns a snapshot of one instant. Ask before the counts are read: what does not wait in the snapshot is then in the
   * counts. It never fails: what cannot be found out is `undefined`, and counts as waiting.
   */
  of(customerId: CustomerId): Promise<Progress>;
}
