import type { WindowRun } from '../domain/compose-range.ts';
import type { CustomerId } from '../domain/customer-id.ts';
import type { ServedWindow } from '../domain/served-window.ts';
import type { WindowStart } from '../domain/window.ts';

export type { ServedWindow };

/** Windows of one customer, of one size, with `from ≤ windowStart < to`. */
export interface WindowRange extends WindowRun {
  readonly customerId: CustomerId;
  /** Only those behind this one. */
  readonly after?: WindowStart | undefined;
}

export interface CustomerRange {
  /** `next` of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

export interface CustomerPage {
  /** Sorted in themselves; pages follow an order of the reader's own. */
  readonly customers: readonly CustomerId[];
  /** Where the next page begins; `undefined` where there is none. */
  readonly next: string | undefined;
}

/**
 * Reads windows for answers. What is in a window by the time that it is asked for is in what it gives: a reader that lags
 * behind the windows must say so in the counting progress.
 *
 * Every verb throws `Unavailable` when it cannot read now, and `UnreadableFormat` where what it reads is damaged or a newer
 * version wrote it.
 */
export interface WindowReader {
  /**
   * Reads the windows of a range in the order of time; windows without requests are absent. They are read lazily, so many
   * at once: a caller that stops early pays for no more than these.
   */
  windows(range: WindowRange, atOnce: number): AsyncIterable<ServedWindow>;

  /** Lists customers that have windows, each once. A customer is listed from its first window on. */
  customers(range: CustomerRange): Promise<CustomerPage>;
}
