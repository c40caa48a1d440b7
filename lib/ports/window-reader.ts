import type { WindowRun } from '../domain/compose-range.ts';
import type { CustomerId } from '../domain/customer-id.ts';
import type { ServedWindow } from '../domain/served-window.ts';
import type { WindowStart } from '../domain/window.ts';

export type { ServedWindow };

/** Windows of one customer and one size, with `from ≤ windowStart < to`. */
export interface WindowRange extends WindowRun {
  readonly customerId: CustomerId;
  /** Only windows after this one. */
  readonly after?: WindowStart | undefined;
}

export interface CustomerRange {
  /** `next` of the previous page. */
  readonly after: string | undefined;
  readonly limit: number;
}

export interface CustomerPage {
  /** Sorted within the page; the order of pages is the reader's own. */
  readonly customers: readonly CustomerId[];
  /** The start of the next page; `undefined` on the last one. */
  readonly next: string | undefined;
}

/**
 * Reads windows for answers. An answer includes everything that is in the windows at the time of the request; a
 * reader that lags behind the windows must say so in the counting progress.
 *
 * Every verb throws `Unavailable` if it cannot read now, and `UnreadableFormat` if the data is damaged or a newer
 * version wrote it.
 */
export interface WindowReader {
  /**
   * Reads the windows of a range in time order; windows without requests are absent. It reads lazily, `atOnce` at a
   * time: a caller that stops early pays for no more than these.
   */
  windows(range: WindowRange, atOnce: number): AsyncIterable<ServedWindow>;

  /** Lists customers that have windows, each once. A customer is listed from its first window on. */
  customers(range: CustomerRange): Promise<CustomerPage>;
}
