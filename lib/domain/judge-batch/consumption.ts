import type { StreamName } from '../stream-name.ts';
import type { WindowStart } from '../window.ts';

/** How far a stream was consumed: for one customer, where the stream can tell its customers apart. */
export interface Consumed {
  /** Everything that was put before this instant is consumed; `undefined` where that is not known. */
  readonly through: Date | undefined;
  /**
   * Tells whether a record of the customer waits for a minute window with `from ≤ windowStart < to`; `undefined` where
   * the stream cannot tell its customers apart.
   */
  readonly waitsWithin: ((from: WindowStart, to: WindowStart) => boolean) | undefined;
}

export type Consumption = Readonly<Record<StreamName, Consumed>>;
