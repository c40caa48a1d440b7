import type { Progress } from '../domain/completeness.ts';
import type { CustomerId } from '../domain/customer-id.ts';

/** Reports what the counts do not include yet. */
export interface CountingProgress {
  /**
   * Returns a snapshot of one instant. Ask before you read the counts: they then include everything that does not
   * wait in the snapshot. It never fails: a value that cannot be found out is `undefined`, and counts as waiting.
   * @param customerId  `undefined` for all customers together
   */
  of(customerId: CustomerId | undefined): Promise<Progress>;
}
