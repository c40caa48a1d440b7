import type { WindowRun } from '../domain/compose-range.ts';
import type { CustomerId } from '../domain/customer-id.ts';
import type { DimensionField } from '../domain/dimensions.ts';
import type { DayWithHours } from '../domain/local-day.ts';
import type { ServedWindow } from '../domain/served-window.ts';
import type { WindowStart } from '../domain/window.ts';

export type { ServedWindow };

/** Windows of one customer and one size, with `from ≤ windowStart < to`. */
export interface WindowRange extends WindowRun {
  readonly customerId: CustomerId;
  /** Dimensions to read; the counts of others are empty. By default all. */
  readonly fields?: ReadonlySet<DimensionField> | undefined;
  /** Only windows after this one. */
  readonly after?: WindowStart | undefined;
}

/** Windows of one customer that begin at these instants, in time order. */
export interface WindowsAt extends Pick<WindowRange, 'customerId' | 'fields'> {
  readonly starts: readonly WindowStart[];
}

/**
 * Reads windows that a local day is composed of. A window that does not exist is absent, and so is a day that does not keep its
 * hours: those that earlier versions have written.
 */
export interface DayReader {
  days(at: WindowsAt, atOnce: number): Promise<ReadonlyMap<WindowStart, DayWithHours>>;
  hours(at: WindowsAt, atOnce: number): Promise<ReadonlyMap<WindowStart, ServedWindow>>;
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

/** Days with `from ≤ day < to`, and the order of a page. */
export interface CustomerTotalsRange extends CustomerRange {
  /** Both are starts of UTC days. */
  readonly from: WindowStart;
  readonly to: WindowStart;
  /** `requests`: most requests first, then by name. `name`: sorted within the page, as `customers` is. */
  readonly sort: 'name' | 'requests';
  /** Only this customer; `undefined` for all. */
  readonly customerId: CustomerId | undefined;
}

/** Total of a customer over a range of days. */
export interface CustomerTotals {
  readonly customerId: CustomerId;
  readonly requests: number;
  /** Requests with a status of 400 or more. */
  readonly errors: number;
  /** Starts of the first and the last minute with requests in the range. */
  readonly firstWindow: WindowStart;
  readonly lastWindow: WindowStart;
}

export interface CustomerTotalsPage {
  readonly customers: readonly CustomerTotals[];
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

  /** Reads days that keep their hours; absent for a reader that has none. Then local days are composed of hours alone. */
  readonly dayReader?: DayReader;

  /**
   * Lists customers that have windows, each once. A customer is listed at the latest when its first day has been rolled
   * up, until its last window is removed.
   */
  customers(range: CustomerRange): Promise<CustomerPage>;

  /**
   * Lists customers that have days in a range, with their totals over it, as these days were rolled up. A customer
   * whose totals change between two pages may be on both of them, or on neither.
   */
  customerTotals(range: CustomerTotalsRange): Promise<CustomerTotalsPage>;
}
