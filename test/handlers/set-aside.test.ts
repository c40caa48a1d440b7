import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { batchHandler } from '../../handlers/batch.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { totalHandler } from '../../handlers/total.ts';
import { verifyHandler } from '../../handlers/verify.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { batchKey } from '../../lib/domain/keys.ts';
import { batchIdOf, customer, sentEntry } from '../factories.ts';
import { countAll, httpEvent, testApp, type TestApp } from './app.ts';
import { created, sqsEvent } from './sqs-event.ts';

let testing: TestApp;

beforeEach(() => {
  testing = testApp();
});

interface Sent {
  readonly type?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

async function post(
  body: string | Buffer,
  { type = 'application/json', query = {}, headers = {} }: Sent = {},
  app = testing.app,
) {
  const event = httpEvent('POST', '/logs', { headers: { 'content-type': type, ...headers }, query, body });
  const { statusCode, headers: answered, body: text } = await ingestHandler(async () => app)(event);
  return {
    status: statusCode,
    replayed: answered?.['idempotent-replayed'],
    body: JSON.parse(text ?? '') as Record<string, unknown>,
  };
}

async function findBatch(batchId: string) {
  const event = { ...httpEvent('GET', `/batches/${batchId}`), pathParameters: { batchId } };
  const { body } = await batchHandler(async () => testing.app)(event);
  return JSON.parse(body ?? '') as Record<string, unknown>;
}

const [valid, invalid] = [sentEntry(), { ...sentEntry(), path: '' }];
const mixed = JSON.stringify([valid, invalid, valid]);
const setAside = { query: { invalid: 'set-aside' } };
const details = [{ index: 1, field: 'path', reason: 'must not be empty' }];
const clf = '192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET / HTTP/1.1" 200 512 "-" "curl/8.7.1"';

describe('a batch with invalid entries', () => {
  it('is accepted with set-aside, and its rejected entries are reported now and later', async () => {
    const { status, body } = await post(mixed, { ...setAside, headers: { 'idempotency-key': 'k' } });
    expect(status).toBe(202);
    expect(body).toEqual({ batchId: 'k', entries: 2, windows: 1, rejected: 1, details });
    await countAll(testing);
    expect(await findBatch('k')).toMatchObject({ entries: 2, rejected: 1, details, counted: true });
  });

  it.each([
    ['by default', {}, {}, 400],
    ['with the parameter', { invalid: 'set-aside' }, {}, 202],
    ['with the header', {}, { 'x-invalid-entries': 'set-aside' }, 202],
    [
      'with the parameter reject, whatever the header says',
      { invalid: 'reject' },
      { 'x-invalid-entries': 'set-aside' },
      400,
    ],
  ])('gets its status %s', async (_, query, headers, status) => {
    expect((await post(mixed, { query, headers })).status).toBe(status);
  });

  it.each([
    [{ query: { invalid: 'ignore' } }, 'invalid'],
    [{ headers: { 'x-invalid-entries': 'Reject' } }, 'x-invalid-entries'],
    [{ type: 'text/plain', query: { format: 'nginx' } }, 'format'],
  ])('is refused where %j is not known', async (sent, field) => {
    const { status, body } = await post(mixed, sent);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errorCode: 'ING_1000', details: [{ field }] });
  });

  it.each(['text/plain', 'application/json'])(
    'is refused as %s where it is gzip data that does not say so, instead of all of its lines being rejected',
    async (type) => {
      const { status, body } = await post(gzipSync(clf), { type, ...setAside });
      expect([status, body]).toMatchObject([400, { errorCode: 'ING_1000' }]);
      expect(body['errorDescription']).toContain('content-encoding');
      expect(
        (await post(gzipSync(clf), { type: 'text/plain', headers: { 'content-encoding': 'gzip' } })).status,
      ).toBe(202);
    },
  );

  it('is accepted by default where INVALID_ENTRIES says so, unless the request asks otherwise', async () => {
    const { app } = testApp({ environment: { INVALID_ENTRIES: 'set-aside' } });
    expect((await post(mixed, {}, app)).status).toBe(202);
    const other = JSON.stringify([invalid, valid]);
    expect((await post(other, { query: { invalid: 'reject' } }, app)).status).toBe(400);
  });

  it('may have rejected entries alone: it is stored, emits nothing, and is done', async () => {
    const sent = { ...setAside, headers: { 'idempotency-key': 'k' } };
    const { status, body } = await post('[{},7]', sent);
    expect({ status, ...body }).toMatchObject({ status: 202, entries: 0, windows: 0, rejected: 2 });
    expect(testing.insights.drain()).toEqual([]);
    expect(await findBatch('k')).toMatchObject({ entries: 0, rejected: 2, counted: true });
    expect(await post('[{},7]', sent)).toMatchObject({ status: 409 });
    const event = sqsEvent(created(batchKey(customer(), batchIdOf('k'))));
    expect(await verifyHandler(async () => testing.app)(event)).toEqual({ batchItemFailures: [] });
    const { text } = await testing.app.metrics.read(testing.app.clock.now());
    expect(text).toContain('log_analytics_batch_verifications_total{verdict="counted"} 1');
  });

  it('is counted in the metrics by its form', async () => {
    await post(mixed, setAside);
    await post(`${clf}\nnonsense\nnonsense`, { type: 'text/plain' });
    const { text } = await testing.app.metrics.read(testing.app.clock.now());
    expect(text).toContain('log_analytics_entries_rejected_total{media_type="application/json"} 1');
    expect(text).toContain('log_analytics_entries_rejected_total{media_type="text/plain"} 2');
    expect(text).toContain('log_analytics_entries_ingested_total 3');
  });
});

describe('a total', () => {
  async function rejectionsOf(customerId: string): Promise<unknown> {
    const event = httpEvent('GET', '/aggregates/total', { headers: { 'x-customer-id': customerId } });
    const { body } = await totalHandler(async () => testing.app)(event);
    return (JSON.parse(body ?? '') as { readonly rejections?: unknown }).rejections;
  }

  it('says how many entries of the customer were rejected lately and why, and counts a retry once', async () => {
    const sent = { ...setAside, headers: { 'idempotency-key': 'k' } };
    await post(mixed, sent);
    await post(mixed, sent);
    await post(`${clf}\nnonsense`, { type: 'text/plain' });
    expect(await rejectionsOf('cus-axon')).toMatchObject({
      entries: 2,
      latest: [
        { index: 1, reason: 'is in none of the known formats' },
        { batchId: 'k', index: 1, field: 'path', reason: 'must not be empty' },
      ],
    });
    expect(await rejectionsOf('cus-other')).toBeUndefined();
  });

  it('has ten problems at most', async () => {
    await post('nonsense\n'.repeat(8), { type: 'text/plain' });
    await post('nonsense\n'.repeat(9), { type: 'text/plain' });
    const { entries, latest } = (await rejectionsOf('cus-axon')) as { entries: number; latest: object[] };
    expect([entries, latest.length]).toEqual([17, 10]);
  });

  it('does not know it where several processes take batches', async () => {
    testing = testApp({ environment: { STORAGE: 'kafka' } });
    await post(mixed, setAside);
    expect(await rejectionsOf('cus-axon')).toBeUndefined();
  });
});

describe('a retry of a batch with rejected entries', () => {
  const key = { 'idempotency-key': 'k' };
  let store: InMemoryObjectStore;

  beforeEach(async () => {
    store = new InMemoryObjectStore();
    testing = testApp({ store });
    await post(mixed, { ...setAside, headers: key });
    await post(mixed, setAside);
  });

  // A process that was started since knows of no batch that was sent lately.
  for (const isAnotherProcess of [false, true]) {
    it.each([
      ['set-aside', 'application/json'],
      ['reject', 'application/json'],
      ['reject', 'application/x-ndjson'],
    ])(
      `is answered from the store, with ${isAnotherProcess ? 'a new' : 'the same'} process, %s and %s`,
      async (treatment, type) => {
        if (isAnotherProcess) testing = testApp({ store });
        const sent = { type, query: { invalid: treatment } };
        expect(await post(mixed, { ...sent, headers: key })).toMatchObject({
          status: 409,
          body: { batchId: 'k' },
        });
        expect(await post(mixed, sent)).toMatchObject({
          status: 202,
          replayed: 'true',
          body: { entries: 2, rejected: 1, details },
        });
      },
    );
  }

  it('emits what is not counted', async () => {
    testing = testApp({ store });
    await post(mixed, { headers: key });
    expect(testing.insights.drain()).toHaveLength(1);
    await post(mixed, { headers: key });
    expect(testing.insights.drain()).toHaveLength(0);
  });

  it('is another payload where its body differs, and refused by what is wrong with it', async () => {
    testing = testApp({ store });
    expect(await post(JSON.stringify([valid]), { headers: key })).toMatchObject({ status: 422 });
    expect(await post(JSON.stringify([invalid]), { headers: key })).toMatchObject({ status: 400 });
  });
});

describe('lines of an access log', () => {
  it('are taken in any format, and lines of none are set aside', async () => {
    const { status, body } = await post(`${clf}\nnonsense\n\n${clf}\n`, {
      type: 'text/plain; charset=utf-8',
    });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      entries: 2,
      rejected: 1,
      details: [{ index: 1, reason: 'is in none of the known formats' }],
    });
  });

  it('are read in the format that the request names, which the stored header keeps', async () => {
    const sent = { type: 'text/plain', query: { format: 'combined' }, headers: { 'idempotency-key': 'k' } };
    await post(clf, sent);
    const object = await testing.app.store.get(batchKey(customer(), batchIdOf('k')));
    expect(object?.body.toString()).toMatch(
      /^\{"formatVersion":2,.*"mediaType":"text\/plain","logFormat":"combined"/,
    );
  });

  it('refuse their batch where the request says so', async () => {
    const sent = { type: 'text/plain', query: { invalid: 'reject' } };
    expect(await post(`${clf}\nnonsense`, sent)).toMatchObject({
      status: 400,
      body: { details: [{ index: 1 }] },
    });
  });

  it('can be compressed bytes, if the parameter says that they are a text', async () => {
    const sent = { type: 'application/gzip', query: { format: 'combined' } };
    expect(await post(gzipSync(clf), sent)).toMatchObject({ status: 202, body: { entries: 1 } });
  });
});

describe('a batch with entries that have expired', () => {
  it('has them set aside, and is answered from the store when all of it has expired', async () => {
    const { app } = testing;
    const horizon = '2025-12-28T18:03:00Z';
    const retention = { ...app.retention, horizon: async () => horizon as never };
    const old = JSON.stringify([sentEntry({ receivedAt: '2025-12-28T18:02:00Z' }), valid]);
    const { status, body } = await post(old, setAside, { ...app, retention });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      entries: 1,
      rejected: 1,
      details: [{ index: 0, field: 'receivedAt', reason: expect.stringContaining('too old') as string }],
    });
    const later = {
      ...app,
      retention: { ...app.retention, horizon: async () => '2025-12-29T00:00:00Z' as never },
    };
    expect(await post(old, {}, later)).toMatchObject({ replayed: 'true', body: { entries: 1, rejected: 1 } });
  });
});
