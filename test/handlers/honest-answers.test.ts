import { beforeEach, describe, expect, it } from 'vitest';
import { ingestHandler } from '../../handlers/ingest.ts';
import { queryHandler } from '../../handlers/query.ts';
import { totalHandler } from '../../handlers/total.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { encodeFailedRecord } from '../../lib/domain/failed-record.ts';
import { failedRecordKey, type ObjectKey } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import { customer, instant, sentEntry, windowStart } from '../factories.ts';
import { countAll, httpEvent, postLogs, testApp, type TestApp } from './app.ts';

interface Answer {
  readonly countedThrough: string | null;
  readonly waiting?: number;
  readonly complete: boolean;
  readonly requests: number;
  readonly windows: readonly { readonly windowStart: string; readonly complete: boolean }[];
}

let now: Date;
let posted = 0;
let store: InMemoryObjectStore;
let testing: TestApp;
const wired = async () => testing.app;
const wait = (seconds: number) => void (now = new Date(now.getTime() + seconds * 1_000));

beforeEach(() => {
  now = instant('2025-12-28T20:00:00Z');
  store = new InMemoryObjectStore();
  testing = testApp({ clock: { now: () => now }, store });
});

async function post(minute: string, customerId = 'cus-axon', entries = 1): Promise<void> {
  const entry = sentEntry({ receivedAt: `2025-12-28T${minute}:07Z` });
  const body = Array.from({ length: entries }, () => entry);
  const event = postLogs(body, {
    'x-customer-id': customerId,
    'idempotency-key': String((posted += 1)),
  });
  expect(await ingestHandler(wired)(event)).toMatchObject({ statusCode: 202 });
}

async function get(path: string, query: Record<string, string>, headers: Record<string, string> = {}) {
  const handler = path === '/aggregates' ? queryHandler(wired) : totalHandler(wired);
  const answer = await handler(httpEvent('GET', path, { query, headers }));
  return {
    status: answer.statusCode,
    headers: answer.headers ?? {},
    text: answer.body ?? '',
    body: (answer.body?.startsWith('{') ? JSON.parse(answer.body) : {}) as Answer,
  };
}

const from = '2025-12-28T00:00:00Z';
const total = (to: string, headers?: Record<string, string>) =>
  get('/aggregates/total', { from, to: `2025-12-28T${to}:00Z` }, headers);
const windows = (window: string, headers?: Record<string, string>) =>
  get('/aggregates', { window, from, to: '2025-12-28T20:00:00Z' }, headers);
const ofOther = { 'x-customer-id': 'cus-other' };

async function completeOf(window: string, headers?: Record<string, string>) {
  const { body } = await windows(window, headers);
  return Object.fromEntries(
    body.windows.map(({ windowStart, complete }) => [windowStart.slice(11, 16), complete]),
  );
}

describe('an answer, of what is accepted and not counted', () => {
  it('is not complete right after the batch was accepted, and says how much waits', async () => {
    wait(1);
    await post('18:03', 'cus-axon', 3);
    const { body } = await total('18:30');
    expect(body).toMatchObject({
      requests: 0,
      complete: false,
      waiting: 3,
      countedThrough: now.toISOString(),
    });
    wait(5);
    expect((await total('18:30')).body).toMatchObject({ countedThrough: '2025-12-28T20:00:01.000Z' });
    await countAll(testing);
    expect((await total('18:30')).body).toMatchObject({
      requests: 3,
      complete: true,
      waiting: 0,
      countedThrough: now.toISOString(),
    });
  });

  it('calls old windows complete while new entries keep coming', async () => {
    await post('18:03');
    await post('19:30');
    await countAll(testing);
    await post('19:30');
    expect(await completeOf('minute')).toEqual({ '18:03': true, '19:30': false });
    expect((await total('19:30')).body).toMatchObject({ complete: true });
    expect((await total('19:31')).body).toMatchObject({ complete: false });
  });

  it('holds for both streams', async () => {
    await post('19:59');
    await countAll(testing);
    await post('19:59');
    expect(testing.insights.drain()).toHaveLength(1);
    await post('12:00');
    expect(testing.late.drain()).toHaveLength(1);
    await post('12:00');
    expect((await total('13:00')).body).toMatchObject({ complete: false });
  });

  it('does not wait for another customer', async () => {
    await post('18:03');
    await countAll(testing);
    await post('18:03', 'cus-other', 9);
    wait(3_600);
    expect((await total('19:00')).body).toMatchObject({
      complete: true,
      waiting: 0,
      countedThrough: now.toISOString(),
    });
  });

  it('is not complete before the allowed lateness is over, counted from what is counted and not from the clock', async () => {
    await post('18:03');
    await countAll(testing);
    await post('12:00'); // is never counted here
    wait(3 * 3_600);
    await post('21:00');
    expect(await completeOf('minute')).toEqual({ '18:03': true });
    expect((await total('20:00')).body).toMatchObject({ complete: false });
  });
});

describe('an answer, where the clock was set back', () => {
  beforeEach(async () => {
    await post('18:03');
    wait(-3_600);
  });

  it('knows no instant while something of then waits, and is not complete', async () => {
    const { body, headers } = await total('10:00');
    expect(body).toMatchObject({ countedThrough: null, complete: false });
    expect(headers).not.toHaveProperty('x-counted-through');
    const csv = await total('10:00', { accept: 'text/csv' });
    expect(csv.text).toContain(',false,total,,0,,,,,,,\r\n');
    await countAll(testing);
    expect((await total('10:00')).body).toMatchObject({ countedThrough: now.toISOString(), complete: true });
  });

  it('still knows it for others', async () => {
    expect((await total('10:00', ofOther)).body).toMatchObject({ complete: true });
  });
});

describe('an answer, of minutes that are counted and not rolled up', () => {
  beforeEach(async () => {
    await post('18:03');
    await countAll(testing);
    wait(10);
    testing.rollUps.announce(customer(), windowStart(), instant('2025-12-28T20:00:03Z'));
  });

  it('is complete for the minute, and not for its hour, its day and totals that read them', async () => {
    expect(await completeOf('minute')).toEqual({ '18:03': true });
    const hours = await windows('hour');
    expect(hours.body).toMatchObject({ countedThrough: '2025-12-28T20:00:03.000Z' });
    expect(hours.body).not.toHaveProperty('waiting');
    expect((await total('19:00')).body).toMatchObject({ requests: 0, complete: false });
    testing.rollUps.doneAll();
    expect((await total('19:00')).body).toMatchObject({ complete: true, waiting: 0 });
  });

  it('is complete for ranges of other hours', async () => {
    expect((await total('18:00')).body).toMatchObject({ complete: true });
  });

  it('needs the hour in a total that reads minutes alone: a client waits by it for hours and days as well', async () => {
    const { body } = await get('/aggregates/total', { from: windowStart(), to: '2025-12-28T18:04:00Z' });
    expect(body).toMatchObject({ requests: 1, complete: false });
  });
});

describe('an answer, while a failed record of the customer is kept', () => {
  const failed = failedRecordKey('insights', 'shardId-000000000000', '7');
  const record = {
    stream: 'insights',
    partition: 'shardId-000000000000',
    sequenceNumber: '7',
    data: Buffer.from('x'),
    cause: 'it is damaged',
    failedAt: instant('2025-12-28T19:00:00Z'),
  };
  const failedInvocation = 'aws/lambda/mapping/shard/2025/12/28/1' as ObjectKey;
  const invocation = (partitionKey: string) => ({
    version: '1.0',
    requestContext: { functionArn: 'f', condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1 },
    timestamp: '2025-12-28T19:00:00Z',
    KinesisBatchInfo: { shardId: 's', streamArn: 'a/insights' },
    payload: JSON.stringify({
      Records: [{ kinesis: { sequenceNumber: '7', partitionKey, data: 'eA==' } }],
    }),
  });

  beforeEach(async () => {
    await post('18:03');
    await countAll(testing);
  });

  it.each([
    [
      'by `aggregate`',
      failed,
      encodeFailedRecord({ ...record, partitionKey: 'cus-axon/2025-12-28T12:00:00Z' }),
    ],
    [
      'by an event source',
      failedInvocation,
      Buffer.from(JSON.stringify(invocation('cus-axon/2025-12-28T12:00:00Z'))),
    ],
  ])('is complete for no window, until the record is given back: kept %s', async (_, key, body) => {
    await store.put(key, body, { ifNoneMatch: '*' });
    expect(await completeOf('minute')).toEqual({ '18:03': false });
    const answer = (await total('19:00')).body;
    expect(answer).toMatchObject({ complete: false, countedThrough: null });
    expect(answer).not.toHaveProperty('waiting');
    expect((await total('19:00', ofOther)).body).toMatchObject({ complete: true });
    await store.delete(key);
    expect((await total('19:00')).body).toMatchObject({ complete: true });
  });

  it.each([
    ['is damaged', failed, Buffer.from('torn')],
    ['names no customer', failed, encodeFailedRecord({ ...record, partitionKey: 'key' })],
    ['names no customer', failedInvocation, Buffer.from(JSON.stringify(invocation('key')))],
  ])('is complete for nobody where the record %s', async (_, key, body) => {
    await store.put(key, body, { ifNoneMatch: '*' });
    expect((await total('19:00')).body).toMatchObject({ complete: false, countedThrough: null });
    expect((await total('19:00', ofOther)).body).toMatchObject({ complete: false });
  });

  it('answers all the same where the store cannot list them now', async () => {
    const list = store.list.bind(store);
    store.list = (prefix, options) => {
      if (prefix === 'failed/') throw new Unavailable('not now');
      return list(prefix, options);
    };
    const { status, body } = await total('19:00');
    expect(status).toBe(200);
    expect(body).toMatchObject({ complete: false, countedThrough: null });
  });
});

describe('the etag of an answer', () => {
  it.each(['/aggregates', '/aggregates/total'])(
    'is of the counts alone, and a 304 says how far they are: %s',
    async (path) => {
      await post('18:03');
      await countAll(testing);
      const query = { from, to: '2025-12-28T19:00:00Z' };
      const { headers } = await get(path, query);
      expect(headers['x-counted-through']).toBe('2025-12-28T20:00:00.000Z');
      wait(60);
      await post('19:59', 'cus-axon', 7); // waits
      const seen = await get(path, query, { 'if-none-match': String(headers.etag) });
      expect(seen).toMatchObject({
        status: 304,
        headers: { 'x-counted-through': '2025-12-28T20:01:00.000Z' },
      });
    },
  );
});
