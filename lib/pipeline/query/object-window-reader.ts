import type { ObjectStore } from '../../ports/object-store.ts';
import type { ObjectVersions } from '../../ports/object-versions.ts';
import type { WindowReader } from '../../ports/window-reader.ts';
import { CustomerEntries } from './customer-entries.ts';
import { customerTotals } from './customer-totals.ts';
import { listCustomers } from './list-customers.ts';
import { createDayReader } from './day-reader.ts';
import { windowsInRange } from './windows-in-range.ts';

/**
 * Creates the window reader on the object store: it never lags behind the windows and the index that the pipeline
 * writes there.
 * @param versions  of the same objects; without them, all entries of the index are read for each list of totals
 */
export function createObjectWindowReader(
  store: Pick<ObjectStore, 'get' | 'list'>,
  versions?: ObjectVersions,
): WindowReader {
  const entries = new CustomerEntries(store, versions);
  return {
    windows: (range, atOnce) => windowsInRange(range, store, atOnce),
    dayReader: createDayReader(store),
    customers: (range) => listCustomers(range, store),
    customerTotals: (range) => customerTotals(range, entries),
  };
}
