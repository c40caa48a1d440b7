import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { windowKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { encodeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import { addToSum, emptySum } from '../../../lib/domain/window-sum.ts';
import {
  endOfWindow,
  enclosingWindowStart,
  type RolledUpSize,
  type WindowStart,
} from '../../../lib/domain/window.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { createObjectWindowReader } from '../../../lib/pipeline/query/object-window-reader.ts';
import { total, type TotalQuery } from '../../../lib/pipeline/query/total.ts';
import {
  customer,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';
import { playedProgress } from '../played-progress.ts';
import { propertyRuns } from '../../property-runs.ts';

type Paths = Readonly<Record<string, number>>;
/** The contents of one minute. */
interface Minute {
  readonly at: string;
  readonly paths: Paths;
  readonly agents?: Paths;
}

const allowedLatenessSeconds = 600;
/** Time after which hours and days are taken to include everything that came in time. */
const settledSeconds = allowedLatenessSeconds + 300;
const longAfter = instant('2026-02-01T00:00:00Z');

/**
 * Creates a store of minutes, and the hours and days made of them. Those that are not settled at `now` are wrong, as
 * they are while the roll-up is behind.
 */
async function storeWith(minutes: readonly Minute[], now: Date): Promise<InMemoryObjectStore> {
  const store = new InMemoryObjectStore();
  const records = minutes.map(({ at, paths, agents = {} }, id) => {
    const counts = { requestsByPath: paths, requestsByUserAgent: agents };
    return receivedRecord(String(id), windowPartial({ id, windowStart: windowStart(at), counts }));
  });
  await aggregate(records, { store, clock: { now: () => now } }, limits);
  for (const size of ['hour', 'day'] as const) await rollUpAll(minutes, size, now, store);
  return store;
}

async function rollUpAll(
  minutes: readonly Minute[],
  windowSize: RolledUpSize,
  now: Date,
  store: InMemoryObjectStore,
): Promise<void> {
  const sums = new Map<WindowStart, ReturnType<typeof emptySum>>();
  for (const { at, paths, agents = {} } of minutes) {
    const start = enclosingWindowStart(windowStart(at), windowSize);
    const sum = sums.get(start) ?? emptySum();
    const { requests, counts } = windowPartial({
      id: 0,
      counts: { requestsByPath: paths, requestsByUserAgent: agents },
    });
    addToSum(sum, { requests, lateRequests: 0, counts });
    sums.set(start, sum);
  }
  for (const [start, sum] of sums) {
    const isSettled = now.getTime() - endOfWindow(start, windowSize).getTime() > settledSeconds * 1_000;
    const window = { customerId: customer(), windowSize, windowStart: start, revision: 1, updatedAt: now };
    const body = encodeRolledUp({ ...window, ...(isSettled ? sum : { ...emptySum(), requests: 999 }) });
    await store.put(windowKey(customer(), windowSize, start), body, { ifNoneMatch: '*' });
  }
}

function queryOf(from: string, to: string, changed: Partial<TotalQuery> = {}): TotalQuery {
  return {
    customerId: customer(),
    from: windowStart(from),
    to: windowStart(to),
    top: 10,
    pathPrefix: undefined,
    allowedLatenessSeconds,
    ...changed,
  };
}

const decemberTo = (to: string, changed?: Partial<TotalQuery>) =>
  queryOf('2025-12-01T00:00:00Z', to, changed);

describe('total', () => {
  it('adds up requests and the largest keys of each dimension', async () => {
    const store = await storeWith(
      [
        { at: '2025-12-03T10:00:00Z', paths: { 'GET /': 3, 'GET /a': 1 }, agents: { curl: 4 } },
        { at: '2025-12-28T18:03:00Z', paths: { 'GET /a': 1, 'GET /b': 2 }, agents: { Chrome: 2, curl: 1 } },
      ],
      longAfter,
    );
    const clock = { now: () => longAfter };
    const { tops, ...summed } = await total(decemberTo('2025-12-29T00:00:00Z', { top: 2 }), {
      reader: createObjectWindowReader(store),
      clock,
      progress: playedProgress(clock),
    });
    expect(summed).toEqual({
      requests: 7,
      measures: {},
      folded: 0,
      complete: true,
      countedThrough: longAfter,
      waiting: 0,
    });
    expect(Object.fromEntries(tops)).toMatchObject({
      requestsByPath: [
        { key: 'GET /', requests: 3 },
        { key: 'GET /a', requests: 2 },
      ],
      requestsByUserAgent: [
        { key: 'curl', requests: 5 },
        { key: 'Chrome', requests: 2 },
      ],
      requestsByStatus: [],
    });
  });

  it('passes over a window that is removed after it was listed', async () => {
    const at = (minute: string) => `2025-12-28T18:${minute}:00Z`;
    const minutes = ['03', '04'].map((minute) => ({ at: at(minute), paths: { 'GET /': 1 } }));
    const store = await storeWith(minutes, instant(at('05')));
    const gone = windowKey(customer(), 'minute', windowStart(at('03')));
    store.get = async (key, options) =>
      key === gone ? undefined : InMemoryObjectStore.prototype.get.call(store, key, options);
    const clock = { now: () => instant(at('05')) };
    const range = queryOf(at('00'), at('10'));
    const reader = createObjectWindowReader(store);
    const { requests } = await total(range, { reader, clock, progress: playedProgress(clock) });
    expect(requests).toBe(1);
  });

  it('reads a month from its days, and not from its minutes', async () => {
    const minutes = Array.from({ length: 28 }, (_, day) =>
      ['03:10', '03:11', '17:45'].map((time) => ({
        at: `2025-12-${String(day + 1).padStart(2, '0')}T${time}:00Z`,
        paths: { 'GET /': 1 },
      })),
    ).flat();
    const store = await storeWith(minutes, longAfter);
    const read: ObjectKey[] = [];
    const get = store.get.bind(store);
    store.get = (key, options) => {
      read.push(key);
      return get(key, options);
    };
    const clock = { now: () => longAfter };
    const { requests } = await total(decemberTo('2025-12-29T00:00:00Z'), {
      reader: createObjectWindowReader(store),
      clock,
      progress: playedProgress(clock),
    });
    expect(requests).toBe(84);
    expect(read).toHaveLength(28);
    expect(read.every((key) => key.startsWith('aggregates/day/'))).toBe(true);
  });

  it('has only the paths that start with a prefix, by any method, and their requests', async () => {
    const paths = { 'GET /api/a': 3, 'POST /api/b': 2, 'GET /apis': 1, 'GET /x/api/': 5, '(other)': 4 };
    const store = await storeWith([{ at: '2025-12-28T18:03:00Z', paths, agents: { curl: 15 } }], longAfter);
    const clock = { now: () => longAfter };
    const query = decemberTo('2025-12-29T00:00:00Z', { pathPrefix: '/api/' });
    const { tops, ...summed } = await total(query, {
      reader: createObjectWindowReader(store),
      clock,
      progress: playedProgress(clock),
    });
    expect(summed).toMatchObject({ requests: 5, folded: 4, complete: true });
    expect(Object.fromEntries(tops)).toEqual({
      requestsByPath: [
        { key: 'GET /api/a', requests: 3 },
        { key: 'POST /api/b', requests: 2 },
      ],
    });
  });

  it('is complete when all of its windows are', async () => {
    const store = new InMemoryObjectStore();
    const clock = { now: () => instant('2025-12-28T19:10:00Z') };
    const isComplete = async (to: string) =>
      (
        await total(decemberTo(to), {
          reader: createObjectWindowReader(store),
          clock,
          progress: playedProgress(clock),
        })
      ).complete;
    expect(await isComplete('2025-12-28T19:00:00Z')).toBe(false);
    expect(await isComplete('2025-12-28T18:59:00Z')).toBe(true);
  });

  it('is the sum of the minutes in any range, also while the roll-up is behind', async () => {
    const first = Date.parse('2025-12-26T00:00:00Z') / 60_000;
    const minute = fc
      .integer({ min: 0, max: 4 * 1_440 })
      .map((offset) => new Date((first + offset) * 60_000).toISOString().replace('.000', ''));
    const paths = fc.dictionary(
      fc.constantFrom('GET /', 'GET /a', 'GET /b', 'POST /a'),
      fc.integer({ min: 1, max: 9 }),
      {
        minKeys: 1,
      },
    );
    const minutes = fc.uniqueArray(fc.record({ at: minute, paths }), {
      selector: ({ at }) => at,
      maxLength: 60,
    });
    const edges = fc.tuple(minute, minute).map(([a, b]) => (a < b ? [a, b] : [b, a]));
    await fc.assert(
      fc.asyncProperty(minutes, edges, minute, async (minutes, [from = '', to = ''], nowMinute) => {
        const now = new Date(Date.parse(nowMinute) + 30_500);
        const isKnown = ({ at }: Minute) => Date.parse(at) <= now.getTime();
        const store = await storeWith(minutes.filter(isKnown), now);
        const { requests, tops } = await total(queryOf(from, to), {
          reader: createObjectWindowReader(store),
          clock: { now: () => now },
          progress: playedProgress({ now: () => now }),
        });

        const inRange = minutes.filter((each) => isKnown(each) && from <= each.at && each.at < to);
        const expected = new Map<string, number>();
        for (const [path, count] of inRange.flatMap(({ paths }) => Object.entries(paths))) {
          expected.set(path, (expected.get(path) ?? 0) + count);
        }
        expect(requests).toBe([...expected.values()].reduce((sum, count) => sum + count, 0));
        const found = tops.get('requestsByPath')?.map(({ key, requests }) => [key, requests] as const);
        expect(new Map(found)).toEqual(expected);
      }),
      { numRuns: propertyRuns(150) },
    );
  });
});
