import type { StreamName } from '../stream-name.ts';
import type { WindowStart } from '../window.ts';

/** Progress of a stream's consumers: for one customer, if the stream can tell its customers apart. */
export interface Consumed {
  /** Everything put before this instant is consumed; `undefined` if that is not known. */
  readonly through: Date | undefined;
  /**
   * Reports whether a record of the customer waits for a minute window with `from ≤ windowStart < to`; `undefined` if
   * the stream cannot tell its customers apart.
   */
  readonly waitsWithin: ((from: WindowStart, to: WindowStart) => boolean) | undefined;
}

export type Consumption = Readonly<Record<StreamName, Consumed>>;
