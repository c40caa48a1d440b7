import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { decodeAnnouncement } from '../../../lib/domain/announcement.ts';
import { countsToJson } from '../../../lib/domain/dimensions.ts';
import { decodeFailedRecord } from '../../../lib/domain/failed-record.ts';
import {
  customerIndexKey,
  minuteKey,
  tombstoneKey,
  windowKey,
  type ObjectKey,
} from '../../../lib/domain/keys.ts';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import { decodeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import { encodeTombstone } from '../../../lib/domain/tombstone.ts';
import { NewerFormat, Unavailable, UnreadableFormat } from '../../../lib/errors.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { createFailedRecords } from '../../../lib/pipeline/failed-records/failed-records.ts';
import { keepFailedRollUp } from '../../../lib/pipeline/roll-up/failed-roll-ups.ts';
import { rollUp, type RolledUp, type WrittenNotification } from '../../../lib/pipeline/roll-up/roll-up.ts';
import {
  customer,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';

/** Records which objects were written, and fails for those that the test names. */
class WatchedStore extends InMemoryObjectStore {
  readonly written: ObjectKey[] = [];
  failing: ((key: ObjectKey) => boolean) | undefined;
  beforePut: (() => void) | undefined;

  override async put(...args: Parameters<InMemoryObjectStore['put']>) {
    this.beforePut?.();
    if (this.failing?.(args[0]) === true) throw new Unavailable('The disk is full.');
    this.written.push(args[0]);
    return super.put(...args);
  }
}

const options = { limits, maxSeconds: 60 };
let now: Date;
const clock = { now: () => now };
let store: WatchedStore;
let partials = 0;

beforeEach(() => {
  now = instant('2025-12-30T12:00:00Z');
  store = new WatchedStore();
});

/** Counts requests in a minute of December, and returns the notification of its write. */
async function count(
  minute: string,
  paths: Readonly<Record<string, number>> = { 'GET /': 1 },
  { isLate = false, of = customer() } = {},
): Promise<WrittenNotification> {
  const start = windowStart(`2025-12-${minute}:00Z`);
  const partial = windowPartial({
    id: partials++,
    customerId: of,
    windowStart: start,
    isLate,
    counts: { requestsByPath: paths },
  });
  await aggregate([receivedRecord('1', partial)], { store, clock }, limits);
  return { messageId: `message-${partials}`, key: minuteKey(of, start) };
}

/** Puts what nobody can read at the place of a minute of December. */
async function damageMinute(minute: string, text = '{"formatVersion":1'): Promise<ObjectKey> {
  const key = minuteKey(customer(), windowStart(`2025-12-${minute}:00Z`));
  await store.put(key, Buffer.from(text), { ifNoneMatch: '*' });
  return key;
}

async function failedRecords(): Promise<ObjectKey[]> {
  const keys: ObjectKey[] = [];
  for await (const key of store.list('failed/')) keys.push(key);
  return keys;
}
const mayHave = (customerId: CustomerId | undefined) => createFailedRecords({ store }).mayHave(customerId);

const hourAt = (hour: string) => windowKey(customer(), 'hour', windowStart(`2025-12-${hour}:00:00Z`));
const dayAt = (day: string) => windowKey(customer(), 'day', windowStart(`2025-12-${day}T00:00:00Z`));

async function windowAt(key: ObjectKey) {
  const object = await store.get(key);
  return object && decodeRolledUp(object.body);
}

async function requestsAt(key: ObjectKey): Promise<number | undefined> {
  return (await windowAt(key))?.requests;
}

/** Results for hours and days; `index.test.ts` has those for the index of customers. */
function outcomes(rolledUp: readonly RolledUp[]): [string, string][] {
  return rolledUp.filter(({ size }) => size !== 'customer').map(({ size, outcome }) => [size, outcome.kind]);
}

describe('rollUp', () => {
  it('leaves a minute out that a slow aggregate wrote after its customer was forgotten', async () => {
    const stale = await count('28T18:00');
    const before = instant('2025-12-30T11:00:00Z');
    const completedAt = instant('2025-12-30T11:00:01Z');
    const forgotten = encodeTombstone({ customerId: customer(), before, completedAt });
    await store.put(tombstoneKey(customer()), forgotten, { ifNoneMatch: '*' });
    expect(outcomes(await rollUp([stale], { store, clock }, options))).toEqual([
      ['hour', 'absent'],
      ['day', 'absent'],
    ]);
    expect(await windowAt(hourAt('28T18'))).toBeUndefined();
  });

  it('makes an hour the sum of its minutes and a day that of its hours', async () => {
    const notifications = [
      await count('28T18:00', { 'GET /a': 2 }),
      await count('28T18:59', { 'GET /a': 1, 'GET /b': 4 }, { isLate: true }),
      await count('28T19:00', { 'GET /b': 8 }),
      await count('29T00:00', { 'GET /b': 16 }),
    ];
    expect(outcomes(await rollUp(notifications, { store, clock }, options))).toEqual([
      ['hour', 'created'],
      ['hour', 'created'],
      ['day', 'created'],
      ['hour', 'created'],
      ['day', 'created'],
    ]);
    const hour = await windowAt(hourAt('28T18'));
    expect(hour).toMatchObject({ customerId: customer(), windowSize: 'hour', revision: 1, updatedAt: now });
    expect(hour).toMatchObject({ windowStart: '2025-12-28T18:00:00Z', requests: 7, lateRequests: 5 });
    expect(hour && countsToJson(hour.counts).requestsByPath).toEqual({ 'GET /a': 3, 'GET /b': 4 });
    const day = await windowAt(dayAt('28'));
    expect(day).toMatchObject({ windowSize: 'day', windowStart: '2025-12-28T00:00:00Z', requests: 15 });
    expect(await requestsAt(dayAt('29'))).toBe(16);
  });

  it('is right again after late data', async () => {
    await rollUp([await count('28T18:03')], { store, clock }, options);
    await rollUp([await count('28T18:03', { 'GET /': 2 }, { isLate: true })], { store, clock }, options);
    expect(await windowAt(hourAt('28T18'))).toMatchObject({ requests: 3, lateRequests: 2, revision: 2 });
    expect(await windowAt(dayAt('28'))).toMatchObject({ requests: 3, lateRequests: 2, revision: 2 });
  });

  it('keeps customers apart, also those whose names do not fit into a key', async () => {
    const long = customer('A'.repeat(128));
    const notifications = [await count('28T18:03'), await count('28T18:03', { 'GET /': 5 }, { of: long })];
    await rollUp(notifications, { store, clock }, options);
    expect(await requestsAt(hourAt('28T18'))).toBe(1);
    const ofLong = await windowAt(windowKey(long, 'day', windowStart('2025-12-28T00:00:00Z')));
    expect(ofLong).toMatchObject({ customerId: long, requests: 5 });
  });

  it('writes each hour and day once, however many notifications there are, and not at all where nothing changed', async () => {
    const notifications = await Promise.all([count('28T18:03'), count('28T18:03'), count('28T18:04')]);
    store.written.length = 0;
    await rollUp(notifications, { store, clock }, options);
    expect(store.written).toEqual([hourAt('28T18'), dayAt('28'), customerIndexKey(customer())]);
    const again = await rollUp(notifications, { store, clock }, options);
    expect(outcomes(again)).toEqual([
      ['hour', 'unchanged'],
      ['day', 'unchanged'],
    ]);
    expect(store.written).toHaveLength(3);
  });

  it('does the day when it died between hour and day the time before', async () => {
    const notification = await count('28T18:03');
    store.failing = (key) => key === dayAt('28');
    const died = await rollUp([notification], { store, clock }, options);
    expect(died.at(-1)).toMatchObject({
      size: 'day',
      notifications: [notification],
      outcome: { kind: 'failed' },
    });
    store.failing = undefined;
    expect(outcomes(await rollUp([notification], { store, clock }, options))).toEqual([
      ['hour', 'unchanged'],
      ['day', 'created'],
    ]);
  });

  it('fails only for the messages of an hour that cannot be written, and adds up the others', async () => {
    const [bad, good] = [await count('28T18:03'), await count('28T19:03')];
    store.failing = (key) => key === hourAt('28T18');
    const rolledUp = await rollUp([bad, good], { store, clock }, options);
    const failed = rolledUp.filter(({ outcome }) => outcome.kind === 'failed');
    expect(failed.map(({ key, notifications }) => [key, notifications])).toEqual([[hourAt('28T18'), [bad]]]);
    expect(await requestsAt(dayAt('28'))).toBe(1);
  });

  it('keeps a failed record of an hour with a damaged minute, leaves it as it was, and goes on with others', async () => {
    await rollUp([await count('28T18:04')], { store, clock }, options);
    const damaged = await damageMinute('28T18:03');
    const notifications = [await count('28T18:04'), await count('28T18:05'), await count('28T19:00')];
    const other = await count('28T18:03', { 'GET /': 1 }, { of: customer('cus-b') });
    const rolledUp = await rollUp([...notifications, other], { store, clock }, options);
    expect(outcomes(rolledUp)).toEqual([
      ['hour', 'kept'],
      ['hour', 'created'],
      ['day', 'updated'],
      ['hour', 'created'],
      ['day', 'created'],
    ]);
    expect(await requestsAt(hourAt('28T18'))).toBe(1);
    const place = 'failed/roll-up/cus-axon/hour-2025-12-28-18';
    expect(await failedRecords()).toEqual([place]);
    const record = decodeFailedRecord((await store.get(place as ObjectKey))?.body ?? Buffer.alloc(0));
    expect(record.cause).toMatch(
      /^aggregates\/hour\/cus-axon\/2025\/12\/28\/18.json cannot be .* is damaged/,
    );
    expect(decodeAnnouncement(record.data)).toBe(notifications[0]?.key);
    expect(await mayHave(customer())).toBe(true);
    expect(await mayHave(customer('cus-b'))).toBe(false);

    // One record of a window is enough, and it goes when the minute was written again.
    await rollUp([await count('28T18:05')], { store, clock }, options);
    expect(await failedRecords()).toEqual([place]);
    await store.delete(damaged);
    const repaired = await rollUp(
      [await count('28T18:03')],
      { store, clock, failedRecords: { mayHave } },
      options,
    );
    expect(outcomes(repaired)).toEqual([
      ['hour', 'updated'],
      ['day', 'updated'],
    ]);
    expect(await requestsAt(dayAt('28'))).toBe(6);
    expect(await failedRecords()).toEqual([]);
  });

  it('keeps the failed record of an hour until its day is recomputed, too', async () => {
    const damaged = await damageMinute('28T18:03');
    await rollUp([await count('28T18:04')], { store, clock }, options);
    await store.delete(damaged);
    const again = [await count('28T18:03')];
    store.failing = (key) => key === dayAt('28');
    await rollUp(again, { store, clock, failedRecords: { mayHave } }, options);
    expect(await failedRecords()).toHaveLength(1);
    store.failing = undefined;
    await rollUp(again, { store, clock, failedRecords: { mayHave } }, options);
    expect(await failedRecords()).toEqual([]);
  });

  it('keeps the failed record of a window that has failed again while another process recomputed it', async () => {
    const damaged = await damageMinute('28T18:03');
    await rollUp([await count('28T18:04')], { store, clock }, options);
    await store.delete(damaged);
    const again = [await count('28T18:03')];
    store.beforePut = () => {
      store.beforePut = undefined;
      now = new Date(now.getTime() + 1);
      void keepFailedRollUp(
        { window: hourAt('28T18'), minute: damaged, error: new UnreadableFormat('damaged again') },
        { store, clock },
      );
    };
    await rollUp(again, { store, clock, failedRecords: { mayHave } }, options);
    expect(await failedRecords()).toHaveLength(1);
  });

  it('tries an hour of a newer version, or that fails by a fault, again, until the fault was tried enough', async () => {
    await damageMinute('28T18:03', '{"formatVersion":3,\n"partialIds":""}\n');
    const notification = await count('28T18:04');
    const isTriedEnough = () => true;
    const newer = await rollUp([notification], { store, clock }, { ...options, isTriedEnough });
    expect(newer.map(({ outcome }) => outcome)).toEqual([
      { kind: 'failed', error: expect.any(NewerFormat) as unknown },
    ]);
    const broken = new InMemoryObjectStore();
    broken.list = () => {
      throw new TypeError('a fault of this program');
    };
    const ports = { store: broken, clock };
    expect(outcomes(await rollUp([notification], ports, options))).toEqual([['hour', 'failed']]);
    const tried = await rollUp([notification], ports, { ...options, isTriedEnough });
    expect(outcomes(tried)).toEqual([['hour', 'kept']]);
  });

  it('refuses a minute that is at the place of another, and an hour that is damaged', async () => {
    const { key } = await count('28T18:03');
    const moved = minuteKey(customer(), windowStart('2025-12-28T18:05:00Z'));
    await store.put(moved, (await store.get(key))?.body ?? Buffer.alloc(0), { ifNoneMatch: '*' });
    const notification = { messageId: 'm', key };
    expect(outcomes(await rollUp([notification], { store, clock }, options))).toEqual([['hour', 'kept']]);
    await store.delete(moved);
    await store.put(hourAt('28T18'), Buffer.from('{"formatVersion":1'), { ifNoneMatch: '*' });
    expect(outcomes(await rollUp([notification], { store, clock }, options))).toEqual([['hour', 'kept']]);
    expect((await store.get(hourAt('28T18')))?.body.toString()).toBe('{"formatVersion":1');
  });

  it('has nothing to do for a minute that was not written after all', async () => {
    const notification = { messageId: 'm', key: minuteKey(customer(), windowStart()) };
    expect(outcomes(await rollUp([notification], { store, clock }, options))).toEqual([
      ['hour', 'absent'],
      ['day', 'absent'],
    ]);
  });

  it('begins no more days when its time is over, and ends those that it has begun', async () => {
    const days = Array.from({ length: 8 }, (_, day) => String(day + 10));
    const notifications = await Promise.all(days.map((day) => count(`${day}T18:03`)));
    store.beforePut = () => void (now = new Date(now.getTime() + 61_000));
    const rolledUp = await rollUp(notifications, { store, clock }, options);
    const done = rolledUp.filter(({ size, outcome }) => size === 'day' && outcome.kind === 'created');
    const postponed = rolledUp.filter(({ outcome }) => outcome.kind === 'postponed');
    expect(done.length).toBeGreaterThan(0);
    expect(postponed.length).toBeGreaterThan(0);
    expect([...done, ...postponed].flatMap((one) => one.notifications)).toHaveLength(8);
  });

  it('has the day of one customer written before all the days of another', async () => {
    const notifications: WrittenNotification[] = [];
    for (let day = 1; day <= 20; day += 1)
      notifications.push(await count(`${String(day).padStart(2, '0')}T18:03`));
    const other = customer('cus-other');
    notifications.push(await count('01T18:03', undefined, { of: other }));
    store.written.length = 0;
    await rollUp(notifications, { store, clock }, options);
    const places = store.written.filter((key) => key.startsWith('aggregates/day/'));
    expect(places).toHaveLength(21);
    const own = places.indexOf(windowKey(other, 'day', windowStart('2025-12-01T00:00:00Z')));
    expect(own).toBeLessThan(5);
  });

  it('keeps as many keys as a window has, by their count in the whole hour', async () => {
    const notifications = [
      await count('28T18:03', { 'GET /a': 3, 'GET /b': 2 }),
      await count('28T18:04', { 'GET /b': 2, 'GET /c': 1 }),
    ];
    await rollUp(
      notifications,
      { store, clock },
      { ...options, limits: { ...limits, maxKeysPerDimension: 1 } },
    );
    const hour = await windowAt(hourAt('28T18'));
    expect(hour && countsToJson(hour.counts).requestsByPath).toEqual({ 'GET /b': 4, '(other)': 4 });
  });
});
