import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import type { CountsAndMeasures } from '../../../lib/domain/stored-counts.ts';
import type { WindowSize, WindowStart } from '../../../lib/domain/window.ts';
import type { WindowReader } from '../../../lib/ports/window-reader.ts';

/** A window to write: one request per path. */
export interface WrittenWindow {
  readonly customerId: CustomerId;
  readonly windowSize: WindowSize;
  readonly windowStart: WindowStart;
  readonly paths: readonly string[];
  /** All counts and measures, in place of those of the paths. */
  readonly counted?: CountsAndMeasures;
}

/** Requests of one minute by status; without any, it is one request that has no status. */
export interface CountedMinute {
  readonly customerId: CustomerId;
  readonly windowStart: WindowStart;
  readonly requestsByStatus: Readonly<Record<number, number>>;
}

/** A reader under test, without windows at first. */
export interface WindowReaderFixture {
  readonly reader: WindowReader;
  /** Writes a window as the pipeline would, and waits until the reader can read it. */
  write(window: WrittenWindow): Promise<void>;
  /** Removes a window, and waits until the reader no longer has it. */
  remove(window: Omit<WrittenWindow, 'paths'>): Promise<void>;
  /** Counts requests in a minute without any, rolls it up, and waits until the reader can read that. */
  count(minute: CountedMinute): Promise<void>;
  /** Takes back all that was counted in a minute. */
  uncount(minute: Omit<CountedMinute, 'requestsByStatus'>): Promise<void>;
  /** Damages a window. */
  damage(window: Omit<WrittenWindow, 'paths'>): Promise<void>;
  close(): Promise<void>;
}
