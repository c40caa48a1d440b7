import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import { minuteKey, windowKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { auditRollUps } from '../../../lib/pipeline/audit/audit-roll-ups.ts';
import type { Finding } from '../../../lib/pipeline/audit/findings.ts';
import { repairRollUps } from '../../../lib/pipeline/audit/repair-roll-ups.ts';
import type { RepairOutcome } from '../../../lib/pipeline/audit/repair.ts';
import { sortedUnion } from '../../../lib/pipeline/audit/sorted-union.ts';
import { forgetCustomer } from '../../../lib/pipeline/forget/forget-customer.ts';
import { writeTombstone } from '../../../lib/pipeline/forget/write-tombstone.ts';
import { rollUp } from '../../../lib/pipeline/roll-up/roll-up.ts';
import {
  customer,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';
import { withAdmission } from '../with-admission.ts';
import { noneDiffering } from './in-memory-spool.ts';

const clock = { now: () => instant('2025-12-30T12:00:00Z') };
const hour = windowKey(customer(), 'hour', windowStart('2025-12-28T18:00:00Z'));
const day = windowKey(customer(), 'day', windowStart('2025-12-28T00:00:00Z'));
let store: InMemoryObjectStore;
let partials = 0;

beforeEach(() => {
  store = new InMemoryObjectStore();
});

/** Counts a request in a minute of December, and returns its key. */
async function count(
  minute: string,
  { of = customer(), path = 'GET /', storedAt = clock.now() } = {},
): Promise<ObjectKey> {
  const start = windowStart(`2025-12-${minute}:00Z`);
  const counts = { requestsByPath: { [path]: 1 } };
  const partial = windowPartial({ id: partials++, customerId: of, windowStart: start, counts, storedAt });
  await aggregate([receivedRecord('1', partial)], { store, clock }, limits);
  return minuteKey(of, start);
}

async function rollUpAll(maxKeysPerDimension = 10_000): Promise<void> {
  const notifications = [];
  for await (const key of store.list('aggregates/minute/')) notifications.push({ messageId: key, key });
  await rollUp(
    notifications,
    { store, clock },
    { limits: { ...limits, maxKeysPerDimension }, maxSeconds: 60 },
  );
}

async function edit(key: ObjectKey, change: (text: string) => string): Promise<void> {
  const object = (await store.get(key)) ?? expect.fail('there is no such object');
  await store.put(key, Buffer.from(change(object.body.toString())), { ifMatch: object.etag });
}

interface Asked {
  readonly customerId?: CustomerId;
  readonly isPending?: boolean;
  readonly differing?: readonly ObjectKey[];
}

async function audited({ customerId, isPending = false, differing: minutes = [] }: Asked = {}) {
  const differing = noneDiffering();
  for (const key of minutes) differing.minute.add({ key, differences: 1, remedy: 'add' });
  const found: Finding[] = [];
  const reporter = { found: (finding: Finding) => found.push(finding), begin: () => {}, done: () => {} };
  const options = { customerId, isPending: () => isPending, differing };
  return { found, differing, ...(await auditRollUps(store, options, reporter)) };
}

describe('an audit of hours and days', () => {
  it('finds nothing where they are the sums of their parts, also folded, for all customers', async () => {
    for (const of of ['a', 'a-b', 'a.b', 'a0', 'B', 'A'.repeat(128)].map((text) => customer(text))) {
      for (const path of ['GET /1', 'GET /2', 'GET /2']) await count('28T18:03', { of, path });
      await count('28T19:03', { of, path: 'GET /3' });
      await count('29T00:00', { of });
    }
    await rollUpAll(1);
    expect(await audited()).toMatchObject({ found: [], rollUps: 6 * 5, pendingRollUps: 0 });
    expect(await audited({ customerId: customer('a') })).toMatchObject({ found: [], rollUps: 5 });
  });

  it('reports a kept key that has less than there is of it, where others are folded', async () => {
    for (const path of ['GET /1', 'GET /1', 'GET /2']) await count('28T18:03', { path });
    await rollUpAll(1);
    await edit(hour, (text) => text.replace('"GET /1":2,"(other)":1', '"GET /1":1,"(other)":2'));
    expect((await audited()).found).toMatchObject([
      { kind: 'roll-up-differs', key: hour, details: ['requestsByPath "GET /1": is 1, should be 2'] },
    ]);
  });

  it('reports what is missing, and treats it as pending where its parts are young', async () => {
    await count('28T18:03');
    const { found } = await audited();
    expect(found).toMatchObject([
      { kind: 'roll-up-missing', key: hour, customerId: customer(), windowSize: 'hour', requests: 1 },
    ]);
    expect(await audited({ isPending: true })).toMatchObject({ found: [], pendingRollUps: 1 });
  });

  it('reports an hour that has no minutes', async () => {
    const minute = await count('28T18:03');
    await rollUpAll();
    await store.delete(minute);
    expect((await audited({ isPending: true })).found).toMatchObject([
      {
        key: hour,
        details: ['requests: is 1, should be 0', expect.stringContaining('GET /'), expect.any(String)],
      },
    ]);
  });

  it('reports an hour that is damaged or at the place of another one, and goes on', async () => {
    await count('28T18:03');
    await count('29T18:03');
    await rollUpAll();
    await edit(hour, (text) => text.slice(0, 40));
    const other = windowKey(customer(), 'hour', windowStart('2025-12-29T18:00:00Z'));
    await edit(other, (text) => text.replace('T18:00:00Z', 'T17:00:00Z'));
    expect((await audited()).found).toEqual([
      { kind: 'window-unreadable', key: hour, reason: 'A window is damaged: it ends too early.' },
      { kind: 'window-unreadable', key: other, reason: 'A window is at the place of another one.' },
    ]);
  });

  it('does not count a minute that a slow aggregate has written after its customer was forgotten', async () => {
    const minute = await count('28T18:03');
    await rollUpAll();
    const late = (await store.get(minute)) ?? expect.fail('there is no such object');
    const tombstone = await writeTombstone(customer(), undefined, store, clock.now());
    const stream = createInMemoryEventStream({ clock });
    const streams = { insights: stream, late: stream };
    await forgetCustomer(tombstone, withAdmission({ store, streams, clock }), { limits, maxSeconds: 60 });
    await store.put(minute, late.body, { ifNoneMatch: '*' });
    expect((await audited()).found).toEqual([]);

    await count('28T18:04', { storedAt: instant('2025-12-30T12:01:00Z') });
    await rollUpAll();
    expect((await audited()).found).toEqual([]);
    await edit(hour, (text) => text.replaceAll('"requests":1', '"requests":2'));
    expect((await audited()).found).toMatchObject([
      { kind: 'roll-up-differs', key: hour, details: ['requests: is 2, should be 1'] },
    ]);
  });

  it('does not judge by minutes that are reported already, nor a day by an hour that is', async () => {
    const minute = await count('28T18:03');
    await rollUpAll();
    await edit(minute, (text) => text.replace('"requests":1', '"requests":9'));
    expect((await audited({ differing: [minute] })).found).toEqual([]);
    expect((await audited()).found).toMatchObject([{ key: hour }]);
  });
});

describe('a repair of hours and days', () => {
  async function repaired(
    asked: Asked = {},
    repairedMinutes: readonly ObjectKey[] = [],
    isRemovingEmpty = false,
  ) {
    const outcomes: RepairOutcome[] = [];
    const { differing } = await audited(asked);
    const told = (outcome: RepairOutcome) => outcomes.push(outcome);
    const toRepair = { differing, repairedMinutes: () => repairedMinutes, isRemovingEmpty };
    await repairRollUps(toRepair, { store, clock }, limits, told);
    return outcomes;
  }

  it('reports a day whose line of hours is not that of its hours, and repairs it', async () => {
    await count('28T18:03');
    await count('28T19:03');
    await rollUpAll();
    await edit(day, (text) => text.replace('"windowStart":"2025-12-28T19:', '"windowStart":"2025-12-28T20:'));
    const { found } = await audited();
    expect(found).toMatchObject([{ kind: 'roll-up-differs', key: day, details: ['its hours differ'] }]);
    await repaired();
    expect((await audited()).found).toEqual([]);
  });

  it('removes hours and days that have no part left, where minutes were removed', async () => {
    const minute = await count('28T18:03');
    await rollUpAll();
    await store.delete(minute);
    expect(await repaired({}, [minute])).toMatchObject([{ kind: 'not-repaired' }]);
    expect((await repaired({}, [minute], true)).map(({ kind }) => kind)).toEqual(['removed', 'removed']);
    expect((await audited()).found).toEqual([]);
  });

  it('makes what differs anew, and the days of hours that do', async () => {
    await count('28T18:03');
    await rollUpAll();
    await edit(hour, (text) => text.replace('"GET /":1', '"GET /x":1'));
    await edit(day, (text) => text.replace('"GET /":1', '"GET /x":1'));
    expect(await repaired()).toEqual([
      { key: hour, kind: 'repaired', requests: 1 },
      { key: day, kind: 'repaired', requests: 1 },
    ]);
    expect((await audited()).found).toEqual([]);
  });

  it('makes the hours and days of repaired minutes anew, and says nothing where they were right', async () => {
    const minute = await count('28T18:03');
    await rollUpAll();
    expect(await repaired({}, [minute])).toEqual([]);
    await count('28T18:03');
    expect(await repaired({ differing: [minute] }, [minute])).toMatchObject([
      { key: hour, requests: 2 },
      { key: day, requests: 2 },
    ]);
  });

  it('says what it cannot repair, and leaves it as it is', async () => {
    const minute = await count('28T18:03');
    await rollUpAll();
    await store.delete(minute);
    expect(await repaired()).toEqual([
      { key: hour, kind: 'not-repaired', reason: 'nothing is left of its parts' },
    ]);
    expect(await store.get(hour)).toBeDefined();
  });
});

describe('the union of two ascending sequences', () => {
  it('is ascending, and has each key once', async () => {
    const ascending = fc.uniqueArray(fc.string({ maxLength: 2 })).map((keys) => keys.toSorted());
    await fc.assert(
      fc.asyncProperty(ascending, ascending, async (these, those) => {
        const found: string[] = [];
        for await (const key of sortedUnion(inTurn(these), inTurn(those))) found.push(key);
        expect(found).toEqual([...new Set([...these, ...those])].toSorted());
      }),
    );
  });

  async function* inTurn(keys: readonly string[]): AsyncGenerator<string> {
    yield* keys;
  }
});
