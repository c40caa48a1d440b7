import { beforeEach, describe, expect, it } from 'vitest';
import { ingestHandler } from '../../handlers/ingest.ts';
import { pathsHandler } from '../../handlers/paths.ts';
import { queryHandler } from '../../handlers/query.ts';
import { totalHandler } from '../../handlers/total.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { encodeFailedRecord } from '../../lib/domain/failed-record.ts';
import { failedRecordKey } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import { writeTombstone } from '../../lib/pipeline/forget/write-tombstone.ts';
import { customer, instant, sentEntry } from '../factories.ts';
import { countAll, httpEvent, postLogs, testApp, type TestApp } from './app.ts';

interface Said {
  readonly countedThrough: string | null;
  readonly waiting?: number | undefined;
  readonly complete?: boolean | undefined;
  readonly windows?: readonly { readonly windowStart: string; readonly complete: boolean }[];
}

let now: Date;
let store: InMemoryObjectStore;
let testing: TestApp;
const wired = async () => testing.app;

beforeEach(() => {
  now = instant('2025-12-28T20:00:00Z');
  store = new InMemoryObjectStore();
  testing = testApp({ clock: { now: () => now }, store });
});

async function post(minute: string): Promise<void> {
  const event = postLogs([sentEntry({ receivedAt: `2025-12-28T${minute}:07Z` })], {
    'idempotency-key': minute,
  });
  expect(await ingestHandler(wired)(event)).toMatchObject({ statusCode: 202 });
}

const handlers = {
  '/aggregates': queryHandler,
  '/aggregates/total': totalHandler,
  '/aggregates/paths': pathsHandler,
};
async function get(path: keyof typeof handlers, query: Record<string, string>): Promise<Said> {
  const { statusCode, body = '' } = await handlers[path](wired)(httpEvent('GET', path, { query }));
  expect(statusCode).toBe(200);
  return JSON.parse(body) as Said;
}

const from = '2025-12-28T00:00:00Z';
const to = '2025-12-28T19:00:00Z';

/** Expects that lists and windows of paths say the same as totals and windows do. */
async function expectSame(): Promise<Said> {
  const saidOf = ({ countedThrough, waiting, complete }: Said) => ({ countedThrough, waiting, complete });
  const total = saidOf(await get('/aggregates/total', { from, to }));
  expect(saidOf(await get('/aggregates/paths', { from, to }))).toEqual(total);
  for (const window of ['minute', 'hour', 'day']) {
    const ofAll = await get('/aggregates', { window, from, to });
    const ofPath = await get('/aggregates', { window, from, to, path: '/' });
    const completeOf = ({ windows = [] }: Said) =>
      windows.map(({ windowStart, complete }) => [windowStart, complete]);
    expect(saidOf(ofPath)).toEqual(saidOf(ofAll));
    expect(completeOf(ofPath)).toEqual(completeOf(ofAll));
  }
  return total;
}

describe('what answers about paths do not include', () => {
  it('is said as in totals and windows, while entries wait and after they were counted', async () => {
    now = instant('2025-12-28T20:00:01Z');
    await post('18:03');
    expect(await expectSame()).toMatchObject({ complete: false, waiting: 1 });
    await countAll(testing);
    expect(await expectSame()).toMatchObject({ complete: true, waiting: 0 });
    await post('19:58');
    expect(await expectSame()).toMatchObject({ complete: true, waiting: 1 });
    await post('18:04');
    expect(await expectSame()).toMatchObject({ complete: false, waiting: 2 });
  });

  it('is not known while a failed record of the customer is kept', async () => {
    await post('18:03');
    await countAll(testing);
    const record = encodeFailedRecord({
      stream: 'insights',
      partition: 'shardId-000000000000',
      sequenceNumber: '7',
      partitionKey: 'cus-axon/2025-12-28T12:00:00Z',
      data: Buffer.from('x'),
      failedAt: now,
      cause: 'damaged',
    });
    const key = failedRecordKey('insights', 'shardId-000000000000', '7');
    await store.put(key, record, { ifNoneMatch: '*' });
    expect(await expectSame()).toMatchObject({ complete: false, countedThrough: null });
  });

  it('is not known while the customer is being forgotten', async () => {
    await post('18:03');
    await countAll(testing);
    expect(await expectSame()).toMatchObject({ complete: true });
    await writeTombstone(customer(), undefined, store, now);
    expect(await expectSame()).toMatchObject({ complete: false, countedThrough: null });
  });

  it('fails as a whole where a window cannot be read', async () => {
    await post('18:03');
    await countAll(testing);
    store.get = () => Promise.reject(new Unavailable('The store is away.'));
    for (const [path, query] of [
      ['/aggregates/paths', {}],
      ['/aggregates', { path: '/' }],
    ] as const) {
      const event = httpEvent('GET', path, { query: { from, to, ...query } });
      expect(await handlers[path](wired)(event)).toMatchObject({ statusCode: 503 });
    }
  });
});
