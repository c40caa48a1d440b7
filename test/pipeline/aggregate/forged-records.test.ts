import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { minuteKey, windowKey } from '../../../lib/domain/keys.ts';
import type { WindowPartial } from '../../../lib/domain/partial.ts';
import { decodeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import { decodeWindow, encodeWindow } from '../../../lib/domain/window-format.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { rollUp } from '../../../lib/pipeline/roll-up/roll-up.ts';
import { createObjectWindowReader } from '../../../lib/pipeline/query/object-window-reader.ts';
import { total } from '../../../lib/pipeline/query/total.ts';
import {
  countsWith,
  customer,
  foldingLimits as limits,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
} from '../../factories.ts';
import { playedProgress } from '../played-progress.ts';

/** Nobody who can put records on a stream may make counts unreadable, or lose those of others. */

const clock = { now: () => instant('2025-12-28T19:10:00Z') };
const minute = minuteKey(customer(), windowStart());
const counts = { requestsByPath: { 'GET /': 2 }, requestsByUserAgent: { Chrome: 2 }, requestsByStatus: {} };
const real = windowPartial({ id: 'real', counts });
const nearlyTooLarge = Number.MAX_SAFE_INTEGER - 1;
let store: InMemoryObjectStore;

beforeEach(() => {
  store = new InMemoryObjectStore();
});

const add = (...partials: readonly WindowPartial[]) =>
  aggregate(
    partials.map((partial, index) => receivedRecord(String(index), partial)),
    { store, clock },
    limits,
  );

async function window(key = minute) {
  const object = await store.get(key);
  return object && decodeWindow(object.body);
}

/** Writes a window as an earlier version could leave it behind, which did not check counts. */
async function forgeWindow(requests: number, start = windowStart()): Promise<void> {
  await add({ ...real, windowStart: start });
  const key = minuteKey(customer(), start);
  const object = (await store.get(key)) ?? expect.fail('there is no window');
  const forged = {
    ...decodeWindow(object.body),
    requests,
    counts: { ...real.counts, requestsByPath: new Map([['GET /', requests]]) },
  };
  await store.put(key, encodeWindow(forged), { ifMatch: object.etag });
}

const manyRequests = (requests: number): WindowPartial => ({
  ...windowPartial({ id: 'forged' }),
  requests,
  counts: countsWith({
    requestsByPath: new Map([['GET /', requests]]),
    requestsByUserAgent: new Map([['Chrome', requests]]),
  }),
});

const withCounts = (change: Partial<typeof counts>): WindowPartial => ({
  ...windowPartial({ id: 'forged', counts: { ...counts, ...change } }),
  requests: 2,
});

describe('a forged record', () => {
  it.each([
    ['has 9,007,199,254,740,000 requests', manyRequests(9_007_199_254_740_000)],
    ['has 2^53 − 1 requests', manyRequests(Number.MAX_SAFE_INTEGER)],
    ['has more requests than a batch can have', manyRequests(1_000_001)],
    ['has more requests on paths than it has', withCounts({ requestsByPath: { 'GET /': 3 } })],
    ['has fewer requests on paths than it has', withCounts({ requestsByPath: { 'GET /': 1 } })],
    ['has no paths', withCounts({ requestsByPath: {} as (typeof counts)['requestsByPath'] })],
    ['has more requests by agent than it has', withCounts({ requestsByUserAgent: { Chrome: 3 } })],
    ['has fewer requests by agent than it has', withCounts({ requestsByUserAgent: { Chrome: 1 } })],
    ['has more requests with a status than it has', withCounts({ requestsByStatus: { 200: 3 } })],
    [
      'has a key that no request can have',
      {
        ...withCounts({}),
        ...windowPartial({ id: 1, counts: { requestsByPath: { ['x'.repeat(8_193)]: 2 } } }),
      },
    ],
  ])('that %s is kept as a failed record, and what is real is counted', async (_, forged) => {
    const { failed, kept } = await add(forged, real);
    expect({ failed, kept }).toMatchObject({
      failed: [],
      kept: [{ record: { sequenceNumber: '0' } }],
    });
    expect(await window()).toMatchObject({ requests: 2, batches: 1 });
  });

  it('fills a window no further than it can be counted, and only what is beyond becomes a failed record', async () => {
    await forgeWindow(nearlyTooLarge - 2);
    const next = windowPartial({ id: 'next', counts });
    const small = windowPartial({
      id: 'small',
      counts: { requestsByPath: { 'GET /b': 1 }, requestsByUserAgent: { Chrome: 1 } },
    });
    const { failed, kept } = await add(next, { ...next, id: Buffer.from('another-partial!') }, small);
    expect({ failed, kept }).toMatchObject({
      failed: [],
      kept: [{ record: { sequenceNumber: '1' } }],
    });
    expect(await window()).toMatchObject({ requests: Number.MAX_SAFE_INTEGER, batches: 3, revision: 2 });
  });

  it('does not keep the next real batch of another minute from being counted', async () => {
    await forgeWindow(nearlyTooLarge);
    const later = windowPartial({ id: 'later', counts, windowStart: windowStart('2025-12-28T18:04:00Z') });
    await add(later);
    expect(await window(minuteKey(customer(), later.windowStart))).toMatchObject({ requests: 2 });
  });
});

describe('minutes that were forged before counts were looked at', () => {
  beforeEach(async () => {
    for (const start of ['2025-12-28T18:03:00Z', '2025-12-28T18:04:00Z', '2025-12-28T19:04:00Z']) {
      await forgeWindow(nearlyTooLarge, windowStart(start));
    }
    const notifications = [];
    for await (const key of store.list('aggregates/minute/')) notifications.push({ messageId: key, key });
    await rollUp(notifications, { store, clock }, { limits, maxSeconds: 60 });
  });

  it('leave their hour and day readable, at the largest number that can be counted', async () => {
    for (const size of ['hour', 'day'] as const) {
      const start = windowStart(size === 'hour' ? '2025-12-28T18:00:00Z' : '2025-12-28T00:00:00Z');
      const object =
        (await store.get(windowKey(customer(), size, start))) ?? expect.fail(`there is no ${size}`);
      expect(decodeRolledUp(object.body)).toMatchObject({ requests: Number.MAX_SAFE_INTEGER });
    }
  });

  it('leave totals readable, with and without a prefix', async () => {
    const query = {
      customerId: customer(),
      from: windowStart('2025-12-28T18:00:00Z'),
      to: windowStart('2025-12-28T20:00:00Z'),
      top: 10,
      allowedLatenessSeconds: 600,
    };
    for (const pathPrefix of [undefined, '/']) {
      const { requests, tops } = await total(
        { ...query, pathPrefix },
        { reader: createObjectWindowReader(store), clock, progress: playedProgress(clock) },
      );
      expect(requests).toBe(Number.MAX_SAFE_INTEGER);
      expect(tops.get('requestsByPath')).toEqual([{ key: 'GET /', requests: Number.MAX_SAFE_INTEGER }]);
    }
  });
});
