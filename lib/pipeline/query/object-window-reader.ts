import type { ObjectStore } from '../../ports/object-store.ts';
import type { WindowReader } from '../../ports/window-reader.ts';
import { listCustomers } from './list-customers.ts';
import { windowsInRange } from './windows-in-range.ts';

/** Makes the window reader of the windows that the pipeline writes, in the object store: it never lags behind them. */
export function createObjectWindowReader(store: Pick<ObjectStore, 'get' | 'list'>): WindowReader {
  return {
    windows: (range, atOnce) => windowsInRange(range, store, atOnce),
    customers: (range) => listCustomers(range, store),
  };
}
