import type { CustomerSegments } from '../../ports/customer-segments.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { WindowReader } from '../../ports/window-reader.ts';
import { listCustomers, segmentsInKeys } from './list-customers.ts';
import { windowsInRange } from './windows-in-range.ts';

/**
 * Makes the window reader of the windows that the pipeline writes, in the object store: it never lags behind them.
 * @param segments  of the customers, where the store knows them by itself; otherwise keys are listed
 */
export function createObjectWindowReader(
  store: Pick<ObjectStore, 'get' | 'list'>,
  segments: CustomerSegments = segmentsInKeys(store),
): WindowReader {
  return {
    windows: (range, atOnce) => windowsInRange(range, store, atOnce),
    customers: (range) => listCustomers(range, segments, store),
  };
}
