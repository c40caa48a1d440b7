import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { decodeCustomerIndex } from '../../../lib/domain/customer-index-format.ts';
import {
  customerIndexingKey,
  customerIndexKey,
  customerSegmentOfIndex,
  minuteKey,
  windowKey,
  type ObjectKey,
} from '../../../lib/domain/keys.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { auditCustomerIndexes } from '../../../lib/pipeline/audit/audit-customer-indexes.ts';
import { differingWindows } from '../../../lib/pipeline/audit/differing-windows.ts';
import type { Finding } from '../../../lib/pipeline/audit/findings.ts';
import { repairCustomerIndexes } from '../../../lib/pipeline/audit/repair-customer-indexes.ts';
import type { RepairOutcome } from '../../../lib/pipeline/audit/repair.ts';
import { indexCustomers } from '../../../lib/pipeline/customer-index/index-customers.ts';
import { updateCustomerIndex } from '../../../lib/pipeline/customer-index/update-customer-index.ts';
import { dropExpiredDays } from '../../../lib/pipeline/expire/drop-expired-days.ts';
import { createObjectWindowReader } from '../../../lib/pipeline/query/object-window-reader.ts';
import { rollUp, type WrittenNotification } from '../../../lib/pipeline/roll-up/roll-up.ts';
import {
  customer,
  foldingLimits as limits,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
} from '../../factories.ts';
import { inMemorySpool } from '../audit/in-memory-spool.ts';

/** Fails writes that the test names, and counts the writes of the index. */
class WatchedStore extends InMemoryObjectStore {
  failing: ((key: ObjectKey) => boolean) | undefined;
  indexWrites = 0;

  override async put(...args: Parameters<InMemoryObjectStore['put']>) {
    if (this.failing?.(args[0]) === true) throw new Unavailable('The disk is full.');
    if (args[0].startsWith('customers/')) this.indexWrites += 1;
    return super.put(...args);
  }
}

const axon = customer('cus-axon');
const indexKey = customerIndexKey(axon);
let now: Date;
const clock = { now: () => now };
let store: WatchedStore;
let partials = 0;

beforeEach(() => {
  now = instant('2025-12-30T12:00:00Z');
  store = new WatchedStore();
});

async function count(minute: string, statuses: Record<string, number> = { 200: 1 }, customerId = axon) {
  const start = windowStart(`2025-12-${minute}:00Z`);
  const requests = Object.values(statuses).reduce((sum, each) => sum + each, 0) || 1;
  const counts = { requestsByPath: { 'GET /': requests }, requestsByStatus: statuses };
  const partial = windowPartial({ id: partials++, customerId, windowStart: start, counts });
  await aggregate([receivedRecord('1', partial)], { store, clock }, limits);
  return { messageId: `message-${partials}`, key: minuteKey(customerId, start) };
}

const rollUpAll = (notifications: readonly WrittenNotification[]) =>
  rollUp(notifications, { store, clock }, { limits, maxSeconds: 60 });

/** Returns the days of the entry, as `28: 3 requests, 1 error, 00:00 to 18:03`. */
async function daysOf(
  key = indexKey,
): Promise<readonly (readonly [string, number, number, string, string])[]> {
  const object = await store.get(key);
  if (object === undefined) return [];
  return [...decodeCustomerIndex(object.body).days].map(([start, { requests, errors, ...ends }]) => {
    return [
      start.slice(8, 10),
      requests,
      errors,
      ends.firstWindow.slice(11, 16),
      ends.lastWindow.slice(11, 16),
    ];
  });
}

async function audited() {
  const findings: Finding[] = [];
  const newWindows = () => differingWindows(inMemorySpool());
  const differing = newWindows();
  const figures = await auditCustomerIndexes(
    store,
    {
      customerId: undefined,
      isPending: () => false,
      differingWindows: { minute: newWindows(), hour: newWindows(), day: newWindows() },
      differing,
    },
    { found: (finding) => findings.push(finding), begin() {}, done() {} },
  );
  const repair = async () => {
    const outcomes: RepairOutcome[] = [];
    const toRepair = { differing, repairedWindows: [], spool: inMemorySpool() };
    await repairCustomerIndexes(toRepair, { store }, (outcome) => outcomes.push(outcome));
    return outcomes;
  };
  return { findings, figures, repair };
}

describe('the index of customers', () => {
  it('has the requests, errors, first and last minute of each day, in any order of roll-ups, and after repeated ones', async () => {
    const notifications = [
      await count('28T18:03', { 200: 2, 404: 1 }),
      await count('28T00:00', { 500: 1 }),
      await count('28T18:01'),
      await count('29T23:59', {}),
    ];
    const expected = [
      ['28', 5, 2, '00:00', '18:03'],
      ['29', 1, 0, '23:59', '23:59'],
    ];
    for (const order of [notifications, notifications.toReversed()]) {
      await store.delete(indexKey);
      for (const notification of order) await rollUpAll([notification]);
      expect(await daysOf()).toEqual(expected);
    }
    const { indexWrites } = store;
    await rollUpAll(notifications);
    expect(await daysOf()).toEqual(expected);
    expect(store.indexWrites).toBe(indexWrites); // nothing changed
  });

  it('fails its messages until it is written', async () => {
    const notification = await count('28T18:03');
    store.failing = (key) => key === indexKey;
    expect((await rollUpAll([notification])).at(-1)).toMatchObject({
      key: indexKey,
      size: 'customer',
      notifications: [notification],
      outcome: { kind: 'failed' },
    });
    store.failing = undefined;
    expect((await rollUpAll([notification])).at(-1)).toMatchObject({ outcome: { kind: 'created' } });
    expect(await daysOf()).toEqual([['28', 1, 0, '18:03', '18:03']]);
  });

  it('is made of all days where a customer has none yet, or a damaged one', async () => {
    await rollUpAll([await count('27T10:00')]);
    for (const body of [undefined, Buffer.from('{"formatVersion":1,'), Buffer.from('no JSON')]) {
      await store.delete(indexKey);
      if (body !== undefined) await store.put(indexKey, body, { ifNoneMatch: '*' });
      await rollUpAll([await count('28T18:03')]);
      expect((await daysOf()).map(([day]) => day)).toEqual(['27', '28']);
    }
  });

  it('is left to the newer version that wrote it, and its messages fail', async () => {
    await store.put(indexKey, Buffer.from('{"formatVersion":99}'), { ifNoneMatch: '*' });
    const rolledUp = await rollUpAll([await count('28T18:03')]);
    expect(rolledUp.map(({ size, outcome }) => [size, outcome.kind])).toEqual([
      ['hour', 'created'],
      ['day', 'created'],
      ['customer', 'failed'],
    ]);
  });

  it('leaves out a damaged day, and keeps the others', async () => {
    await rollUpAll([await count('27T10:00'), await count('28T18:03')]);
    const key = windowKey(axon, 'day', windowStart('2025-12-27T00:00:00Z'));
    await store.delete(key);
    await store.put(key, Buffer.from('{}'), { ifNoneMatch: '*' });
    await updateCustomerIndex(customerSegmentOfIndex(indexKey), 'all', { store });
    expect((await daysOf()).map(([day]) => day)).toEqual(['28']);
  });

  it('loses expired days, and the entry when there are no others', async () => {
    await rollUpAll([await count('27T10:00'), await count('28T18:03')]);
    let horizon = windowStart('2025-12-28T00:00:00Z');
    const ports = { store, retention: { horizon: async () => horizon } };
    await dropExpiredDays(customerSegmentOfIndex(indexKey), ports);
    expect((await daysOf()).map(([day]) => day)).toEqual(['28']);
    horizon = windowStart('2025-12-29T00:00:00Z');
    await dropExpiredDays(customerSegmentOfIndex(indexKey), ports);
    expect(await store.get(indexKey)).toBeUndefined();
  });
});

describe('customers of an earlier version', () => {
  const acme = customer('Acme.%2e');
  const acmeDay = windowKey(acme, 'day', windowStart('2025-12-28T00:00:00Z'));
  const indexing = { settleSeconds: 0, maxSeconds: 10 };

  /** Stores windows as version 1 wrote them, byte for byte. */
  beforeEach(async () => {
    const fixture = (name: string) =>
      readFileSync(new URL(`../../fixtures/formats/${name}`, import.meta.url));
    const createOnly = { ifNoneMatch: '*' } as const;
    await store.put(
      minuteKey(acme, windowStart('2025-12-28T18:03:00Z')),
      fixture('window-1.json'),
      createOnly,
    );
    await store.put(
      windowKey(acme, 'hour', windowStart('2025-12-28T18:00:00Z')),
      fixture('hour-1.json'),
      createOnly,
    );
    await store.put(acmeDay, fixture('day-1.json'), createOnly);
  });

  const december = {
    from: windowStart('2025-12-01T00:00:00Z'),
    to: windowStart('2026-01-01T00:00:00Z'),
    sort: 'requests',
    customerId: undefined,
    after: undefined,
    limit: 10,
  } as const;
  async function listed() {
    const reader = createObjectWindowReader(store);
    const { customers: names } = await reader.customers({ after: undefined, limit: 10 });
    const { customers } = await reader.customerTotals(december);
    return { names, totals: customers.map(({ customerId, requests }) => [customerId, requests]) };
  }

  it('are listed with their totals before they are indexed, beside indexed ones, and afterwards', async () => {
    await rollUpAll([await count('28T18:03')]);
    const expected = {
      names: [acme, axon],
      totals: [
        [acme, 3],
        [axon, 1],
      ],
    };
    expect(await listed()).toEqual(expected);
    expect(await indexCustomers({ store, clock }, indexing)).toBe(true);
    expect(await daysOf(customerIndexKey(acme))).toEqual([['28', 3, 0, '18:03', '18:03']]);
    expect(await listed()).toEqual(expected);
  });

  it('are indexed after functions of the version before have ended, and once', async () => {
    const settling = { settleSeconds: 900, maxSeconds: 10 };
    expect(await indexCustomers({ store, clock }, settling)).toBe(false);
    now = instant('2025-12-30T12:14:59Z');
    expect(await indexCustomers({ store, clock }, settling)).toBe(false);
    expect(store.indexWrites).toBe(0);
    now = instant('2025-12-30T12:15:00Z');
    expect(await indexCustomers({ store, clock }, settling)).toBe(true);
    expect(store.indexWrites).toBe(1);
    expect(await indexCustomers({ store, clock }, settling)).toBe(true);
    expect(store.indexWrites).toBe(1);
  });

  it('are all indexed, whichever write it is that a crash comes before', async () => {
    for (const failing of [customerIndexingKey, customerIndexKey(acme)]) {
      await store.delete(customerIndexingKey);
      await store.delete(customerIndexKey(acme));
      store.failing = (key) => key === failing;
      await expect(indexCustomers({ store, clock }, indexing)).rejects.toThrow(Unavailable);
      store.failing = undefined;
      expect(await indexCustomers({ store, clock }, indexing)).toBe(true);
      expect(await daysOf(customerIndexKey(acme))).toHaveLength(1);
    }
  });

  it('continue where the time was up', async () => {
    await rollUpAll([await count('28T18:03')]);
    await store.delete(indexKey);
    let looks = 0;
    // Each look at the clock takes four seconds of the ten.
    const slow = { now: () => new Date(now.getTime() + 4_000 * looks++) };
    const calls: boolean[] = [];
    while (calls.at(-1) !== true && calls.length < 5) {
      calls.push(await indexCustomers({ store, clock: slow }, { settleSeconds: 0, maxSeconds: 5 }));
    }
    expect(calls).toEqual([false, false, true]);
    expect(await daysOf()).toHaveLength(1);
    expect(await daysOf(customerIndexKey(acme))).toHaveLength(1);
  });

  it('are no difference to the audit before they are indexed, and a repair indexes them', async () => {
    const { findings, figures, repair } = await audited();
    expect(findings).toEqual([]);
    expect(figures).toEqual({ customers: 1, pendingCustomers: 1 });
    expect(await repair()).toEqual([{ key: customerIndexKey(acme), kind: 'indexed' }]);
    expect((await audited()).figures).toEqual({ customers: 1, pendingCustomers: 0 });
  });
});

describe('the audit of the index of customers', () => {
  beforeEach(async () => {
    await rollUpAll([await count('28T18:03', { 404: 1 }), await count('29T18:03')]);
    await indexCustomers({ store, clock }, { settleSeconds: 0, maxSeconds: 10 });
  });

  async function replaceText(text: string, by: string): Promise<void> {
    const object = await store.get(indexKey);
    if (object === undefined) throw new Error('There is no entry.');
    const body = Buffer.from(object.body.toString().replace(text, by));
    await store.put(indexKey, body, { ifMatch: object.etag });
  }

  it('finds nothing in a right one', async () => {
    const { findings, figures } = await audited();
    expect(findings).toEqual([]);
    expect(figures).toEqual({ customers: 1, pendingCustomers: 0 });
  });

  it.each([
    ['requests', '[1,1,', '[2,1,', 'index-differs'],
    ['errors', '[1,1,', '[1,0,', 'index-differs'],
    ['a last minute', '"18:03"]', '"18:04"]', 'index-differs'],
    ['a day', ',"2025-12-29":[1,0,"18:03","18:03"]', '', 'index-differs'],
    ['its text', '{', '[', 'index-unreadable'],
  ])('finds an entry of which %s is wrong, and repairs it', async (_, text, by, kind) => {
    const right = await daysOf();
    await replaceText(text, by);
    const { findings, repair } = await audited();
    expect(findings).toMatchObject([{ kind, key: indexKey }]);
    expect(await repair()).toEqual([{ key: indexKey, kind: 'indexed' }]);
    expect(await daysOf()).toEqual(right);
    expect((await audited()).findings).toEqual([]);
  });

  it('finds an entry that is missing, and one that is left of a customer without windows', async () => {
    await store.delete(indexKey);
    const missing = await audited();
    expect(missing.findings).toEqual([{ kind: 'index-missing', key: indexKey, customerId: axon, days: 2 }]);
    await missing.repair();
    expect(await daysOf()).toHaveLength(2);

    const windows: ObjectKey[] = [];
    for await (const key of store.list('aggregates/')) windows.push(key);
    for (const key of windows) await store.delete(key);
    const left = await audited();
    expect(left.findings).toEqual([{ kind: 'index-left', key: indexKey, customerId: axon }]);
    expect(await left.repair()).toEqual([{ key: indexKey, kind: 'removed' }]);
    expect(await store.get(indexKey)).toBeUndefined();
  });
});
