import type { CustomerId } from '../../domain/customer-id.ts';
import {
  customerIndexKey,
  customerIndexKeyOfSegment,
  customerIndexPrefix,
  customerSegmentOf,
  customerSegmentOfIndex,
  windowPrefix,
  type ObjectKey,
} from '../../domain/keys.ts';
import { noHorizon } from '../../domain/retention.ts';
import { windowSizes } from '../../domain/window.ts';
import { customersOfWindows } from '../customer-index/customers-of-windows.ts';
import { areCustomersIndexed } from '../customer-index/are-customers-indexed.ts';
import type { Retention } from '../expire/retention.ts';
import type { AuditReporter, ObjectReader } from './audit-ports.ts';
import { keysIn, type DifferingBySize, type DifferingWindows } from './differing-windows.ts';
import { eachObject } from './each-object.ts';
import { judgeCustomerIndex } from './judge-customer-index.ts';

export interface CustomerIndexAuditOptions {
  /** Customer whose entry is audited; `undefined` for all. */
  readonly customerId: CustomerId | undefined;
  /** Returns whether the roll-up of what was written then may still be on its way. */
  readonly isPending: (updatedAt: Date) => boolean;
  /** Windows that are reported already: their customers' entries are made again with them, and not judged. */
  readonly differingWindows: DifferingBySize;
  /** Receives the entries that differ, and those that are still to be made. */
  readonly differing: DifferingWindows;
  /** Days that have expired are not judged. Without it none expires. */
  readonly retention?: Retention;
}

export interface AuditedCustomerIndexes {
  /** Number of customers with an entry in the index, or with days. */
  readonly customers: number;
  /** Number of entries that do not say yet what was written a moment ago, or by an earlier version. */
  readonly pendingCustomers: number;
}

/**
 * Reports entries of the index of customers that do not say what the customer's windows say: those that are missing,
 * differ, or are left of a customer without windows.
 * @throws Unavailable  there is no store, or it cannot be listed
 */
export async function auditCustomerIndexes(
  store: ObjectReader,
  { customerId, isPending, differingWindows, differing, retention }: CustomerIndexAuditOptions,
  reporter: AuditReporter,
): Promise<AuditedCustomerIndexes> {
  const mayBeMissing = !(await areCustomersIndexed(store));
  const reported = new Set<string>();
  for (const size of windowSizes) {
    for (const key of keysIn(differingWindows[size])) reported.add(customerSegmentOf(key));
  }
  let pendingCustomers = 0;
  const look = async (key: ObjectKey) => {
    if (reported.has(customerSegmentOfIndex(key))) return;
    const horizon = retention === undefined ? noHorizon : await retention.horizon();
    const options = { isPending, mayBeMissing, horizon };
    const judged = await judgeCustomerIndex(customerSegmentOfIndex(key), store, options);
    if (judged === 'right') return;
    if (judged === 'pending') {
      pendingCustomers += 1;
      if (mayBeMissing) differing.add({ key, differences: 0, remedy: 'recount' });
      return;
    }
    // Asked after the windows were read: some may have expired meanwhile.
    if (retention !== undefined && (await retention.horizon()) > horizon) return;
    reporter.found(judged);
    differing.add({ key, differences: 1, remedy: 'recount' });
  };
  const customers = await eachObject('customers', () => keysOf(customerId, store), look, reporter);
  return { customers, pendingCustomers };
}

/** Lists the keys of entries that are there or should be. */
async function* keysOf(customerId: CustomerId | undefined, store: ObjectReader): AsyncGenerator<ObjectKey> {
  if (customerId !== undefined) {
    const key = customerIndexKey(customerId);
    const isThere = (await store.get(key, { firstBytes: 0 })) !== undefined;
    if (isThere || (await hasAny(store.list(windowPrefix(customerId, 'day'))))) yield key;
    return;
  }
  // The order of the two lists differs, as one name may be the beginning of another.
  for await (const key of store.list(customerIndexPrefix)) yield key;
  for await (const segment of customersOfWindows(undefined, 'day', store)) {
    const key = customerIndexKeyOfSegment(segment);
    if ((await store.get(key, { firstBytes: 0 })) === undefined) yield key;
  }
}

async function hasAny(keys: AsyncIterable<ObjectKey>): Promise<boolean> {
  for await (const _key of keys) return true;
  return false;
}
