import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { decodeBatch, encodeBatch } from '../../../lib/domain/batch-format.ts';
import { batchKey, minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { decodeFailedRecord } from '../../../lib/domain/failed-record.ts';
import { decodeWindow, encodeWindow } from '../../../lib/domain/window-format.ts';
import type { EventStream } from '../../../lib/ports/event-stream.ts';
import { partitionKeyOf } from '../../../lib/domain/partial.ts';
import { BudgetUsedUp, UnreadableFormat } from '../../../lib/errors.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { ingest } from '../../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../../lib/pipeline/ingest/read-batch.ts';
import type { StoredNotification } from '../../../lib/pipeline/verify/verdict.ts';
import { verify } from '../../../lib/pipeline/verify/verify.ts';
import { ReEmissionTimes } from '../../../lib/pipeline/verify/re-emission-times.ts';
import {
  batchIdOf,
  customer,
  instant,
  receivedRecord,
  sentEntry,
  sentJson,
  simpleRules,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';
import { withAdmission } from '../with-admission.ts';

const options = {
  marginSeconds: 2,
  lookAgainSeconds: 60,
  overdueSeconds: 900,
  maxSeconds: 30,
  onlyEmitterSince: undefined,
} as const;

/** Records the requests that it gets, and takes time for each. */
class CountingStore extends InMemoryObjectStore {
  readonly reads: string[] = [];
  secondsARead = 0;

  override async get(...args: Parameters<InMemoryObjectStore['get']>) {
    this.reads.push(args[0]);
    wait(this.secondsARead);
    return super.get(...args);
  }

  override list(...args: Parameters<InMemoryObjectStore['list']>) {
    this.reads.push(args[0]);
    return super.list(...args);
  }
}

let now: Date;
const clock = { now: () => now };
let store: CountingStore;
let insights: ReturnType<typeof createInMemoryEventStream>;
let late: ReturnType<typeof createInMemoryEventStream>;
let reEmissions: ReEmissionTimes;

beforeEach(() => {
  now = instant('2025-12-28T18:04:00Z');
  store = new CountingStore();
  insights = createInMemoryEventStream({ clock });
  late = createInMemoryEventStream({ clock });
  reEmissions = new ReEmissionTimes();
});

const wait = (seconds: number) => (now = new Date(now.getTime() + seconds * 1_000));

async function storeBatch(key: string, ...minutes: readonly string[]): Promise<StoredNotification> {
  const entries = minutes.map((minute) => sentEntry({ receivedAt: `2025-12-28T${minute}:07Z` }));
  const sent = sentJson(key, entries);
  const ports = withAdmission({ store, streams: { insights, late }, clock });
  await ingest(await readBatch(sent, 100_000), ports, {
    rules: simpleRules,
    allowedLatenessSeconds: 600,
    maxFutureSeconds: 3_600,
  });
  return notification(key);
}

function notification(key: string, receiveCount = 1): StoredNotification {
  return {
    messageId: `message-of-${key}`,
    key: batchKey(customer(), batchIdOf(key)),
    receiveCount,
    firstReceivedAt: now,
  };
}

async function count(stream: typeof insights, maxRecords?: number): Promise<void> {
  const records = stream.drain(maxRecords).map(({ data }, index) => receivedRecord(`${index}`, data));
  await aggregate(records, { store, clock }, limits);
}

async function verdictOn(...notifications: readonly StoredNotification[]) {
  const verified = await verify(
    notifications,
    { ...withAdmission({ store, streams: { insights, late }, clock }), reEmissions },
    options,
  );
  const verdicts = new Map(
    verified.flatMap(({ notifications: its, verdict }) => its.map((each) => [each, verdict])),
  );
  return notifications.map((each) => verdicts.get(each));
}

async function requestsAt(minute: string): Promise<number | undefined> {
  const window = await store.get(minuteKey(customer(), windowStart(`2025-12-28T${minute}:00Z`)));
  return window && decodeWindow(window.body).requests;
}

describe('verify', () => {
  it('finds a batch counted that all of its windows hold', async () => {
    const stored = await storeBatch('a', '18:03', '18:04');
    await count(insights);
    expect(await verdictOn(stored)).toEqual([{ kind: 'counted' }]);
  });

  it('waits as long as the stream is behind the batch, however often it looks, and emits nothing', async () => {
    const stored = await storeBatch('a', '18:03');
    for (const receiveCount of [1, 2, 50]) {
      wait(120);
      expect(await verdictOn({ ...stored, receiveCount })).toMatchObject([{ kind: 'waiting' }]);
    }
    expect(insights.drain()).toHaveLength(1);
  });

  it.each([-86_400, 86_400])(
    'waits also where the clock was set by %i s, and emits nothing',
    async (seconds) => {
      const stored = await storeBatch('a', '18:03');
      wait(seconds);
      for (const receiveCount of [1, 2, 50]) {
        wait(120);
        expect(await verdictOn({ ...stored, receiveCount })).toMatchObject([{ kind: 'waiting' }]);
      }
      expect(insights.drain()).toHaveLength(1);
    },
  );

  it.each([-86_400, 86_400])('emits what was lost, also where the clock was set by %i s', async (seconds) => {
    const stored = await storeBatch('a', '18:03');
    insights.drain();
    wait(seconds);
    await verdictOn(stored);
    insights.drain();
    wait(60);
    expect(await verdictOn({ ...stored, receiveCount: 2 })).toMatchObject([{ kind: 'emitted' }]);
    await count(insights);
    expect(await verdictOn({ ...stored, receiveCount: 3 })).toEqual([{ kind: 'counted' }]);
    expect(await requestsAt('18:03')).toBe(1);
  });

  it('waits for the margin in which the first emission may still be under way', async () => {
    const stored = await storeBatch('a', '18:03');
    insights.drain();
    wait(1);
    expect(await verdictOn(stored)).toMatchObject([{ kind: 'waiting' }]);
    wait(2);
    expect(await verdictOn(stored)).toMatchObject([{ kind: 'emitted' }]);
  });

  it('emits what was lost, and only that, until it is counted, once', async () => {
    const stored = await storeBatch('a', '18:03', '18:04');
    await count(insights, 1);
    insights.drain();
    wait(120);
    expect(await verdictOn(stored)).toEqual([{ kind: 'emitted', partials: 1, isOverdue: false }]);
    await count(insights);
    wait(60);
    expect(await verdictOn({ ...stored, receiveCount: 2 })).toEqual([{ kind: 'counted' }]);
    expect([await requestsAt('18:03'), await requestsAt('18:04')]).toEqual([1, 1]);
  });

  it('does not emit again what it has emitted itself while that is still waiting', async () => {
    const stored = await storeBatch('a', '18:03');
    insights.drain();
    wait(120);
    await verdictOn(stored);
    wait(60);
    expect(await verdictOn({ ...stored, receiveCount: 2 })).toMatchObject([{ kind: 'waiting' }]);
    expect(insights.drain()).toHaveLength(1);
    wait(60);
    expect(await verdictOn({ ...stored, receiveCount: 3 })).toMatchObject([{ kind: 'emitted' }]);
  });

  it('looks at each stream for itself', async () => {
    const stored = await storeBatch('a', '12:00', '18:03');
    insights.drain();
    wait(120);
    expect(await verdictOn(stored)).toEqual([{ kind: 'emitted', partials: 1, isOverdue: false }]);
    expect([insights.drain().length, late.drain().length]).toEqual([1, 1]);
  });

  it('calls a batch overdue that is not counted for long', async () => {
    const stored = await storeBatch('a', '18:03');
    wait(901);
    expect(await verdictOn(stored)).toEqual([{ kind: 'waiting', isOverdue: true }]);
  });

  it('calls a batch overdue that was stored far in the future, by a clock that was wrong', async () => {
    const stored = await storeBatch('a', '18:03');
    wait(-900);
    expect(await verdictOn(stored)).toMatchObject([{ isOverdue: false }]);
    wait(-1);
    expect(await verdictOn(stored)).toMatchObject([{ isOverdue: true }]);
  });

  it('calls a batch overdue that was looked at for long, also where it cannot be read', async () => {
    const [stored, damaged] = [await storeBatch('a', '18:03'), await storeBatch('damaged', '18:03')];
    const etag = (await store.get(damaged.key))?.etag ?? '';
    await store.put(damaged.key, Buffer.from('torn'), { ifMatch: etag });
    for (const [seconds, isOverdue] of [
      [900, false],
      [1, true],
    ] as const) {
      wait(seconds);
      expect(await verdictOn({ ...stored, receiveCount: 9 }, { ...damaged, receiveCount: 9 })).toMatchObject([
        { kind: 'waiting', isOverdue },
        { kind: 'failed', isOverdue },
      ]);
    }
  });

  it('is done with a batch that is not there', async () => {
    expect(await verdictOn(notification('never-stored'))).toEqual([{ kind: 'absent' }]);
  });

  it('reads each window once, however many batches are in it', async () => {
    const notifications = await Promise.all(
      Array.from({ length: 50 }, (_, index) => storeBatch(`batch-${index}`, '18:03', '18:04')),
    );
    await count(insights);
    store.reads.length = 0;
    expect(new Set((await verdictOn(...notifications)).map((verdict) => verdict?.kind))).toEqual(
      new Set(['counted']),
    );
    expect(store.reads.filter((key) => key.startsWith('aggregates/'))).toHaveLength(2);
    expect(store.reads).toHaveLength(53);
  });

  it('reads no more where ten times as many other batches are stored', async () => {
    const notifications = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        storeBatch(`batch-${index}`, '18:03', `18:${10 + (index % 50)}`),
      ),
    );
    await count(insights);
    const other = (await store.get(notification('batch-0').key))?.body ?? Buffer.alloc(0);
    let stored = 0;
    const readsAmong = async (others: number) => {
      for (; stored < others; stored += 1) {
        await store.put(notification(`other-${stored}`).key, other, { ifNoneMatch: '*' });
      }
      store.reads.length = 0;
      expect((await verdictOn(...notifications)).every((verdict) => verdict?.kind === 'counted')).toBe(true);
      return store.reads.length;
    };
    expect(await readsAmong(1_000)).toBe(100 + 51 + 1);
    expect(await readsAmong(10_000)).toBe(100 + 51 + 1);
  });

  describe('of much at once', () => {
    const minutes = (count: number) =>
      Array.from({ length: count }, (_, minute) =>
        [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':'),
      );
    const kindsOf = async (notifications: readonly StoredNotification[]) =>
      (await verdictOn(...notifications)).map((verdict) => verdict?.kind);
    const countAll = async () => {
      await count(insights);
      await count(late);
    };

    it('ends in time what it begins, the smallest first, and leaves the rest for later', async () => {
      const notifications = [
        await storeBatch('large', ...minutes(300)),
        await storeBatch('as large', ...minutes(300)),
        await storeBatch('small', '18:03'),
      ];
      await countAll();
      store.secondsARead = 1;
      expect(await kindsOf(notifications)).toEqual(['counted', 'waiting', 'counted']);
    });

    it('ends what is begun first in any case', async () => {
      const [first, second] = [
        await storeBatch('a', ...minutes(300)),
        await storeBatch('b', ...minutes(300)),
      ];
      await countAll();
      store.secondsARead = 31;
      expect(await kindsOf([first, second])).toEqual(['counted', 'waiting']);
      expect(await kindsOf([second])).toEqual(['counted']);
    });

    it('emits in time what is lost of a large batch', async () => {
      const stored = await storeBatch('a', ...minutes(300));
      late.drain();
      wait(120);
      store.secondsARead = 1;
      expect(await verdictOn(stored)).toMatchObject([{ kind: 'emitted', partials: 300 }]);
      await countAll();
      expect(await kindsOf([stored])).toEqual(['counted']);
    });

    it('looks together at some of many that are small, and reports the others by their age', async () => {
      const notifications = await Promise.all(
        Array.from({ length: 67 }, (_, index) => storeBatch(`batch-${index}`, ...minutes(150))),
      );
      await countAll();
      store.reads.length = 0;
      store.secondsARead = 10;
      const verdicts = await verdictOn(...notifications);
      expect(verdicts.filter((verdict) => verdict?.kind === 'counted')).toHaveLength(66);
      expect(verdicts.slice(66)).toEqual(
        notifications.slice(66).map(() => ({ kind: 'waiting', isOverdue: true })),
      );
      expect(store.reads.filter((key) => key.startsWith('aggregates/'))).toHaveLength(150);
    });
  });

  it('adds nothing when several look at once', async () => {
    const stored = await storeBatch('a', '18:03');
    insights.drain();
    wait(120);
    const looks = await Promise.all([verdictOn(stored), verdictOn(stored), verdictOn(stored)]);
    expect(looks.flat()).toEqual(looks.map(() => ({ kind: 'emitted', partials: 1, isOverdue: false })));
    expect(await insights.backlog()).toMatchObject({ records: 3 });
    await count(insights, 1);
    await count(insights);
    expect(await requestsAt('18:03')).toBe(1);
  });

  it('looks once at a batch with two notifications, and gives both the result', async () => {
    const stored = await storeBatch('a', '18:03');
    const again = { ...stored, messageId: 'another' };
    expect(await verdictOn(stored, again)).toMatchObject([{ kind: 'waiting' }, { kind: 'waiting' }]);
    insights.drain();
    wait(120);
    expect(await verdictOn(stored, again)).toMatchObject([{ kind: 'emitted' }, { kind: 'emitted' }]);
    wait(60);
    expect(await verdictOn(stored, { ...again, receiveCount: 2 })).toMatchObject([
      { kind: 'waiting' },
      { kind: 'waiting' },
    ]);
    await count(insights);
    expect(await verdictOn(stored, again)).toEqual([{ kind: 'counted' }, { kind: 'counted' }]);
  });

  it('emits nothing while too much waits to be counted', async () => {
    const stored = await storeBatch('a', '12:00', '18:03');
    insights.drain();
    late.drain();
    wait(120);
    const partitionKey = partitionKeyOf(customer(), windowStart());
    const others = Array.from({ length: 1_001 }, () => ({ partitionKey, data: Buffer.from('x') }));
    await insights.put(others);
    wait(10);
    const pastAll: EventStream = {
      ...insights,
      consumedThrough: async () => now,
      async backlogOf(customerId) {
        return { ...(await insights.backlogOf(customerId)), consumedThrough: now };
      },
    };
    const [verified] = await verify(
      [stored],
      { ...withAdmission({ store, streams: { insights: pastAll, late }, clock }, 1_000), reEmissions },
      options,
    );
    expect(verified?.verdict).toMatchObject({
      kind: 'failed',
      error: expect.any(BudgetUsedUp) as Error,
      isOverdue: false,
    });
    expect(late.drain()).toEqual([]);
  });

  it('fails a batch with a partial that a newer version stored, and emits only what can be counted', async () => {
    const stored = await storeBatch('a', '18:03', '18:04');
    insights.drain();
    const object = await store.get(stored.key);
    const { batch, gzippedBody } = decodeBatch(object?.body ?? Buffer.alloc(0));
    const partials = batch.partials.map(({ data, ...partial }, place) => {
      const newer = data.toString().replace('"formatVersion":1', '"formatVersion":2');
      return { ...partial, data: place === 0 ? Buffer.from(newer) : data };
    });
    const bytes = encodeBatch({ ...batch, partials }, gzippedBody);
    await store.put(stored.key, bytes, { ifMatch: object?.etag ?? '' });

    wait(120);
    expect(await verdictOn(stored)).toMatchObject([{ kind: 'emitted', partials: 1 }]);
    await count(insights);
    for (const receiveCount of [2, 3]) {
      wait(60);
      expect(await verdictOn({ ...stored, receiveCount })).toMatchObject([
        { kind: 'failed', error: expect.any(UnreadableFormat) as Error },
      ]);
      expect(insights.drain()).toEqual([]);
    }
    expect([await requestsAt('18:03'), await requestsAt('18:04')]).toEqual([undefined, 1]);
  });

  describe('of a record that can never be applied', () => {
    const key = minuteKey(customer(), windowStart('2025-12-28T18:03:00Z'));

    /** Writes a window with a count to which nothing can be added, as an attacker could forge it. */
    async function setRequests(requests: number): Promise<void> {
      const object = (await store.get(key)) ?? expect.fail('there is no window');
      const counts = {
        requestsByPath: new Map([['GET /', requests]]),
        requestsByUserAgent: new Map([['Chrome', requests]]),
        requestsByStatus: new Map(),
      };
      const forged = encodeWindow({ ...decodeWindow(object.body), requests, counts });
      await store.put(key, forged, { ifMatch: object.etag });
    }

    async function keptAt(): Promise<ObjectKey[]> {
      const keys: ObjectKey[] = [];
      for await (const each of store.list('failed/')) keys.push(each);
      return keys;
    }

    async function failOne(): Promise<StoredNotification> {
      await storeBatch('before', '18:03');
      await count(insights);
      await setRequests(Number.MAX_SAFE_INTEGER);
      const stored = await storeBatch('a', '18:03', '18:04');
      await count(insights);
      return stored;
    }

    it('emits nothing as long as the record is kept, however often it looks', async () => {
      const stored = await failOne();
      for (const receiveCount of [1, 2, 50]) {
        wait(120);
        const verdicts = await verdictOn({ ...stored, receiveCount });
        expect(verdicts).toEqual([{ kind: 'awaiting-redrive', isOverdue: false }]);
        expect(insights.drain()).toEqual([]);
      }
      expect(await keptAt()).toHaveLength(1);
    });

    it('is done once the record was redriven and counted', async () => {
      const stored = await failOne();
      await setRequests(1);
      const [place = expect.fail('no record is kept')] = await keptAt();
      const object = (await store.get(place)) ?? expect.fail('no record is kept');
      const { partitionKey, data } = decodeFailedRecord(object.body);
      await insights.put([{ partitionKey, data }]);
      await store.delete(place);
      await count(insights);
      expect(await verdictOn({ ...stored, receiveCount: 2 })).toEqual([{ kind: 'counted' }]);
      expect([await requestsAt('18:03'), await requestsAt('18:04')]).toEqual([2, 1]);
    });

    it('emits the record once nothing keeps it, and what else was lost of its batch at once', async () => {
      await storeBatch('before', '18:03');
      await count(insights);
      await setRequests(Number.MAX_SAFE_INTEGER);
      const stored = await storeBatch('a', '18:03', '18:04');
      await count(insights, 1); // 18:03 fails
      insights.drain(); // 18:04 is lost
      wait(120);
      expect(await verdictOn(stored)).toMatchObject([{ kind: 'emitted', partials: 1 }]);
      await count(insights);
      expect(await requestsAt('18:04')).toBe(1);

      for (const place of await keptAt()) await store.delete(place);
      await setRequests(1);
      wait(120);
      expect(await verdictOn({ ...stored, receiveCount: 2 })).toMatchObject([{ kind: 'emitted' }]);
      await count(insights);
      expect(await verdictOn({ ...stored, receiveCount: 3 })).toEqual([{ kind: 'counted' }]);
      expect(await requestsAt('18:03')).toBe(2);
    });
  });

  it('fails the batches of a window that cannot be read, and no others', async () => {
    const [bad, good] = [await storeBatch('bad', '18:03'), await storeBatch('good', '18:04')];
    await count(insights);
    const key = minuteKey(customer(), windowStart('2025-12-28T18:03:00Z'));
    const etag = (await store.get(key))?.etag ?? '';
    await store.put(key, Buffer.from('torn'), { ifMatch: etag });
    expect(await verdictOn(bad, good)).toMatchObject([
      { kind: 'failed', isOverdue: false },
      { kind: 'counted' },
    ]);
    wait(901);
    expect(await verdictOn(bad)).toMatchObject([{ kind: 'failed', isOverdue: true }]);
  });

  it.each(['', '{"formatVersion":1,"cust'])(
    'fails a batch that was cut off, and never takes it for gone: %j',
    async (rest) => {
      const [bad, good] = [await storeBatch('bad', '18:03'), await storeBatch('good', '18:04')];
      await count(insights);
      const etag = (await store.get(bad.key))?.etag ?? '';
      await store.put(bad.key, Buffer.from(rest), { ifMatch: etag });
      expect(await verdictOn(bad, good)).toMatchObject([
        { kind: 'failed', error: expect.any(UnreadableFormat) as Error },
        { kind: 'counted' },
      ]);
    },
  );
});
