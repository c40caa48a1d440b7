import { describe, expect, it } from 'vitest';
import { windowToJson } from '../../../handlers/http/reads/windows-json.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { emptyCounts } from '../../../lib/domain/dimensions.ts';
import { windowKey } from '../../../lib/domain/keys.ts';
import { encodeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import type { RolledUpSize } from '../../../lib/domain/window.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { createObjectWindowReader } from '../../../lib/pipeline/query/object-window-reader.ts';
import { query, type WindowQuery } from '../../../lib/pipeline/query/query.ts';
import {
  customer,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';
import { playedProgress } from '../played-progress.ts';

const clock = { now: () => instant('2025-12-28T18:30:00Z') };
const progress = playedProgress(clock);

async function storeWith(
  minutes: readonly string[],
  paths: Readonly<Record<string, number>> = { 'GET /': 1 },
) {
  const store = new InMemoryObjectStore();
  const records = minutes.map((minute, id) =>
    receivedRecord(
      String(id),
      windowPartial({ id, windowStart: windowStart(minute), counts: { requestsByPath: paths } }),
    ),
  );
  await aggregate(records, { store, clock }, limits);
  return store;
}

/** Creates a store with hours or days that start at these times, with one request each. */
async function storeWithRolledUp(windowSize: RolledUpSize, starts: readonly string[]) {
  const store = new InMemoryObjectStore();
  for (const start of starts.map(windowStart)) {
    const counts = { ...emptyCounts(), requestsByPath: new Map([['GET /', 1]]) };
    const totals = { requests: 1, lateRequests: 0, revision: 1, updatedAt: clock.now(), counts };
    const body = encodeRolledUp({ customerId: customer(), windowSize, windowStart: start, ...totals });
    await store.put(windowKey(customer(), windowSize, start), body, { ifNoneMatch: '*' });
  }
  return store;
}

function queryOf(changed: Partial<WindowQuery> = {}): WindowQuery {
  return {
    customerId: customer(),
    windowSize: 'minute',
    from: windowStart('2025-12-28T18:00:00Z'),
    to: windowStart('2025-12-28T19:00:00Z'),
    after: undefined,
    limit: 1_000,
    top: undefined,
    allowedLatenessSeconds: 600,
    ...changed,
  };
}

const minutesOf = (count: number) =>
  Array.from({ length: count }, (_, minute) => `2025-12-28T18:${String(minute).padStart(2, '0')}:00Z`);

/** Returns a page of the JSON answer. */
function pageOf(store: InMemoryObjectStore, asked: WindowQuery, bytesSent?: number) {
  return query(asked, { reader: createObjectWindowReader(store), progress }, (window) => {
    const sent = windowToJson(window);
    const read = JSON.parse(Buffer.concat(sent.json).toString()) as Record<
      'windowStart' | 'requestsByPath',
      string
    > & {
      readonly requests: number;
      readonly complete: boolean;
    };
    return { ...read, bytesSent: bytesSent ?? sent.bytesSent };
  });
}

describe('query', () => {
  it('gives the windows from `from` until before `to`, in the order of time', async () => {
    const store = await storeWith([
      '2025-12-28T17:59:00Z',
      '2025-12-28T18:10:00Z',
      '2025-12-28T18:00:00Z',
      '2025-12-28T18:59:00Z',
      '2025-12-28T19:00:00Z',
    ]);
    const { windows, lastWindow } = await pageOf(store, queryOf());
    expect(windows.map((window) => window.windowStart)).toEqual([
      '2025-12-28T18:00:00Z',
      '2025-12-28T18:10:00Z',
      '2025-12-28T18:59:00Z',
    ]);
    expect(lastWindow).toBeUndefined();
  });

  it('gives the hours and the days that start in a range, also where that begins within one', async () => {
    const hours = ['2025-12-27T23:00:00Z', '2025-12-28T00:00:00Z', '2025-12-28T18:00:00Z'];
    const store = await storeWithRolledUp('hour', hours);
    const range = { from: windowStart('2025-12-27T23:01:00Z'), to: windowStart('2025-12-28T18:01:00Z') };
    const { windows } = await pageOf(store, queryOf({ windowSize: 'hour', ...range }));
    expect(windows.map((window) => window.windowStart)).toEqual(hours.slice(1));
    expect(windows[0]).not.toHaveProperty('batches');
    expect(windows[0]).toMatchObject({ windowSize: 'hour', requests: 1, complete: true });
    expect(windows[1]).toMatchObject({ complete: false });

    const days = ['2025-11-30T00:00:00Z', '2025-12-01T00:00:00Z', '2025-12-02T00:00:00Z'];
    const page = await pageOf(
      await storeWithRolledUp('day', days),
      queryOf({
        windowSize: 'day',
        from: windowStart('2025-11-30T00:01:00Z'),
        to: windowStart('2025-12-02T00:00:00Z'),
      }),
    );
    expect(page.windows.map((window) => window.windowStart)).toEqual(['2025-12-01T00:00:00Z']);
  });

  it('goes on after the last hour of a page', async () => {
    const hours = ['2025-12-28T18:00:00Z', '2025-12-28T19:00:00Z'];
    const store = await storeWithRolledUp('hour', hours);
    const asked = { windowSize: 'hour', to: windowStart('2025-12-28T20:00:00Z'), limit: 1 } as const;
    const { lastWindow } = await pageOf(store, queryOf(asked));
    expect(lastWindow).toBe(hours[0]);
    const { windows } = await pageOf(store, queryOf({ ...asked, after: lastWindow }));
    expect(windows.map((window) => window.windowStart)).toEqual([hours[1]]);
  });

  it('shows nothing of another customer', async () => {
    const store = await storeWith(['2025-12-28T18:10:00Z']);
    expect((await pageOf(store, queryOf({ customerId: customer('cus-axo') }))).windows).toEqual([]);
  });

  it('goes on after the last window of a page, and says when there is no more', async () => {
    const store = await storeWith(minutesOf(45));
    const found: string[] = [];
    let after: WindowQuery['after'];
    do {
      const page = await pageOf(store, queryOf({ limit: 20, after }));
      expect(page.windows.length).toBeLessThanOrEqual(20);
      found.push(...page.windows.map((window) => window.windowStart));
      after = page.lastWindow;
    } while (after !== undefined);
    expect(found).toEqual(minutesOf(45));
  });

  it('ends a page at its limit without a promise of more where there is no more', async () => {
    const store = await storeWith(minutesOf(20));
    expect(await pageOf(store, queryOf({ limit: 20 }))).toMatchObject({ lastWindow: undefined });
  });

  it('ends a page before it becomes large', async () => {
    const paths = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, id) => [`GET /${'p'.repeat(500)}/${id}`, 1]),
    );
    const store = await storeWith(minutesOf(20), paths);
    const { windows, lastWindow } = await pageOf(store, queryOf());
    expect(windows.length).toBeLessThan(20);
    expect(lastWindow).toBe(windows.at(-1)?.windowStart);
    expect(Buffer.byteLength(JSON.stringify(windows))).toBeGreaterThan(3 * 1_024 * 1_024);
    expect(Buffer.byteLength(JSON.stringify(windows))).toBeLessThan(4 * 1_024 * 1_024);
  });

  it('goes on by a window where each is large by itself', async () => {
    const store = await storeWith(minutesOf(2));
    const bytesSent = 5 * 1_024 * 1_024;
    const first = await pageOf(store, queryOf(), bytesSent);
    const second = await pageOf(store, queryOf({ after: first.lastWindow }), bytesSent);
    expect([...first.windows, ...second.windows].map((window) => window.windowStart)).toEqual(minutesOf(2));
    expect(second.lastWindow).toBeUndefined();
  });

  it('keeps the largest keys where only these are asked for', async () => {
    const store = await storeWith(minutesOf(1), { 'GET /a': 1, 'GET /b': 5, 'GET /c': 2 });
    const [window] = (await pageOf(store, queryOf({ top: 1 }))).windows;
    expect(window?.requestsByPath).toEqual({ 'GET /b': 5, '(other)': 3 });
    expect(window?.requests).toBe(8);
  });

  it('calls a window complete when the allowed lateness is over', async () => {
    const store = await storeWith(['2025-12-28T18:18:00Z', '2025-12-28T18:19:00Z']);
    const { windows } = await pageOf(store, queryOf());
    expect(windows.map(({ complete }) => complete)).toEqual([true, false]);
  });
});
