import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ingestHandler } from '../../handlers/ingest.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { decodePartial } from '../../lib/domain/partial.ts';
import { Unavailable } from '../../lib/errors.ts';
import { sentEntry } from '../factories.ts';
import { postLogs, testApp, type TestApp } from './app.ts';

let testing: TestApp;

/** Holds the batches that come to it until it is opened. */
class GatedStore extends InMemoryObjectStore {
  readonly names: string[] = [];
  open = (): void => {};
  readonly #opened = new Promise<void>((resolve) => (this.open = resolve));

  override async put(...args: Parameters<InMemoryObjectStore['put']>) {
    this.names.push(args[0].split('/').at(-1) ?? '');
    await this.#opened;
    return super.put(...args);
  }

  async reached(batches: number): Promise<void> {
    while (this.names.length < batches) await nextTurn();
  }
}

beforeEach(() => {
  testing = testApp();
});

async function post(...args: Parameters<typeof postLogs>) {
  const { statusCode, headers, body } = await ingestHandler(async () => testing.app)(postLogs(...args));
  return {
    status: statusCode,
    headers: headers ?? {},
    body: JSON.parse(body ?? '') as Record<string, unknown>,
  };
}

describe('POST /logs', () => {
  it('answers 202 with the id, the entries and the windows', async () => {
    const entries = [sentEntry(), sentEntry({ receivedAt: '2025-12-28T18:04:01Z' }), sentEntry()];
    const { status, headers, body } = await post(entries, { 'idempotency-key': 'order-7' });
    expect(status).toBe(202);
    expect(headers).not.toHaveProperty('idempotent-replayed');
    expect(body).toEqual({ batchId: 'order-7', entries: 3, windows: 2 });
  });

  it('derives the id from customer and body where there is no key, and replays the first answer', async () => {
    const first = await post([sentEntry()]);
    expect(first.body.batchId).toMatch(/^sha256-[0-9a-f]{64}$/);
    const again = await post([sentEntry()]);
    expect(again).toMatchObject({
      status: 202,
      headers: { 'idempotent-replayed': 'true' },
      body: first.body,
    });
    const otherCustomer = await post([sentEntry()], { 'x-customer-id': 'cus-other' });
    expect(otherCustomer.body.batchId).not.toBe(first.body.batchId);
  });

  it('has large batches take turns, and lets small ones pass', async () => {
    const store = new GatedStore();
    testing = testApp({ store });
    const large = (path: string) =>
      [sentEntry({ path })].concat(Array.from({ length: 15_000 }, () => sentEntry()));
    const answers = ['first', 'second'].map((name) => post(large(name), { 'idempotency-key': name }));
    await store.reached(1);
    const small = post([sentEntry()], { 'idempotency-key': 'small' });
    await store.reached(2);
    expect(store.names).toEqual(['k-first', 'k-small']);
    store.open();
    expect((await Promise.all([...answers, small])).map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(store.names).toEqual(['k-first', 'k-small', 'k-second']);
  });

  it('takes the same body in any encoding for the same batch', async () => {
    const entries = [sentEntry()];
    const first = await post(entries);
    const again = await post(gzipSync(JSON.stringify(entries)), { 'content-encoding': 'gzip' });
    expect(again.body).toEqual(first.body);
  });

  it.each([
    ['application/gzip', 'gzip'],
    ['application/gzip', ''],
    ['application/x-gzip', 'x-gzip'],
    ['application/octet-stream', 'GZIP'],
  ])('takes it as bytes, which gateways leave alone: %s, %j', async (contentType, contentEncoding) => {
    const entries = [sentEntry(), sentEntry({ path: '/login' })];
    const first = await post(entries);
    const asBytes = { 'content-type': contentType, 'content-encoding': contentEncoding };

    const asArray = await post(gzipSync(JSON.stringify(entries)), asBytes);
    expect(asArray.body).toEqual(first.body);

    const lines = entries.map((entry) => JSON.stringify(entry)).join('\n');
    const asLines = await post(gzipSync(lines), asBytes);
    expect(asLines).toMatchObject({ status: 202, body: { entries: 2 } });
    expect((await post(lines, { 'content-type': 'application/x-ndjson' })).body).toEqual(asLines.body);
  });

  it('takes bytes that a gateway has decompressed on their way', async () => {
    const asBytes = { 'content-type': 'application/octet-stream', 'content-encoding': 'gzip' };
    const sent = await post(gzipSync(JSON.stringify([sentEntry()])), asBytes);
    const decompressed = await post(JSON.stringify([sentEntry()]), asBytes);
    expect(decompressed).toMatchObject({ headers: { 'idempotent-replayed': 'true' }, body: sent.body });
  });

  it.each([
    ['application/octet-stream', ''],
    ['application/octet-stream', 'identity'],
    ['application/gzip', 'identity'],
    ['application/octet-stream', 'zstd'],
  ])('answers 415 to bytes whose form nothing states: %s, %j', async (contentType, encoding) => {
    const { status, body } = await post(gzipSync(JSON.stringify([sentEntry()])), {
      'content-type': contentType,
      'content-encoding': encoding,
    });
    expect({ status, errorCode: body['errorCode'] }).toEqual({ status: 415, errorCode: 'ING_1004' });
  });

  it('answers 409 with the batch id when the key was used for the same body', async () => {
    await post([sentEntry()], { 'idempotency-key': '"k"' });
    const { status, body } = await post([sentEntry()], { 'idempotency-key': 'k' });
    expect(status).toBe(409);
    expect(body).toMatchObject({ errorCategory: 'CONFLICT', errorCode: 'ING_1001', batchId: 'k' });
  });

  it('answers such a duplicate as the first where DUPLICATE_STATUS is 202', async () => {
    testing = testApp({ environment: { DUPLICATE_STATUS: '202' } });
    const first = await post([sentEntry()], { 'idempotency-key': 'k' });
    const again = await post([sentEntry()], { 'idempotency-key': 'k' });
    expect(again).toMatchObject({
      status: 202,
      headers: { 'idempotent-replayed': 'true' },
      body: first.body,
    });
  });

  it('answers such a duplicate as the request asks, whatever DUPLICATE_STATUS is', async () => {
    const send = (duplicate: string) =>
      ingestHandler(async () => testing.app)({
        ...postLogs([sentEntry()], { 'idempotency-key': 'k' }),
        queryStringParameters: { duplicate, senders: 'may add their own' },
      });
    expect(await send('202')).toMatchObject({ statusCode: 202 });
    expect(await send('202')).toMatchObject({ statusCode: 202, headers: { 'idempotent-replayed': 'true' } });
    testing = testApp({ environment: { DUPLICATE_STATUS: '202' }, store: testing.app.store });
    expect(await send('409')).toMatchObject({ statusCode: 409 });
    const refused = await send('yes');
    expect(refused.statusCode).toBe(400);
    expect(refused.body).toContain('The parameter duplicate must be 202 or 409.');
  });

  it('takes equal bodies of two sources for two batches, and a repetition of each for the same', async () => {
    const from = (source: string) => post([sentEntry()], { 'x-source': source });
    const ids = [await post([sentEntry()]), await from('web-1'), await from('web-2'), await from('web-1')];
    expect(ids.map(({ headers }) => headers['idempotent-replayed'])).toEqual([
      undefined,
      undefined,
      undefined,
      'true',
    ]);
    expect(new Set(ids.map(({ body }) => body.batchId)).size).toBe(3);
    const hash = createHash('sha256').update(`cus-axon web-1\n${JSON.stringify([sentEntry()])}`);
    expect(ids[1]?.body.batchId).toBe(`sha256-${hash.digest('hex')}`);
  });

  it('gives a source no meaning beside a key', async () => {
    const key = { 'idempotency-key': 'k' };
    await post([sentEntry()], { ...key, 'x-source': 'web-1' });
    expect((await post([sentEntry()], { ...key, 'x-source': 'web-2' })).status).toBe(409);
  });

  it('takes an entry without a user agent as one with an empty one', async () => {
    const { userAgent: _, ...entry } = sentEntry();
    expect((await post([entry])).status).toBe(202);
    expect((await post([sentEntry({ userAgent: '' })])).status).toBe(202);
    const records = [...testing.insights.drain(), ...testing.late.drain()];
    const [without, empty] = records.map(
      ({ data }) => decodePartial(Buffer.from(data)).counts.requestsByUserAgent,
    );
    expect(without?.size).toBe(1);
    expect(without).toEqual(empty);
  });

  it('answers 422 when the key was used for another body, and counts nothing of it', async () => {
    await post([sentEntry()], { 'idempotency-key': 'k' });
    testing.insights.drain();
    const { status, body } = await post([sentEntry({ path: '/b' })], { 'idempotency-key': 'k' });
    expect(status).toBe(422);
    expect(body).toMatchObject({ errorCode: 'ING_1002' });
    expect(testing.insights.drain()).toEqual([]);
  });

  it('does not use up the key of a request that it refused', async () => {
    expect((await post([], { 'idempotency-key': 'k' })).status).toBe(400);
    expect((await post([sentEntry()], { 'idempotency-key': 'k' })).status).toBe(202);
  });

  it('names the offending entries', async () => {
    const { status, body } = await post([sentEntry(), sentEntry({ receivedAt: 'now' })]);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      errorCategory: 'VALIDATION',
      errorCode: 'ING_1000',
      errorDescription: expect.stringMatching(
        /^1 of 2 entries are not valid\. For example, entry 1: receivedAt must be an RFC 3339/,
      ) as string,
      details: [{ index: 1, field: 'receivedAt' }],
    });
  });

  it.each([
    [400, 'ING_1000', { 'x-customer-id': 'no/slash' }],
    [400, 'ING_1000', { 'x-customer-id': '..' }],
    [400, 'ING_1000', { 'idempotency-key': '' }],
    [400, 'ING_1000', { 'x-source': 'two words' }],
    [400, 'ING_1000', { 'x-source': '' }],
    [400, 'ING_1000', { 'content-encoding': 'gzip' }],
    [415, 'ING_1004', { 'content-encoding': 'zstd' }],
    [415, 'ING_1004', { 'content-type': 'text/html' }],
    [415, 'ING_1004', { 'content-type': '' }],
  ])('answers %i %s to %j', async (status, errorCode, headers) => {
    expect(await post([sentEntry()], headers)).toMatchObject({ status, body: { errorCode } });
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON'])(
    'takes the content type %j',
    async (contentType) => {
      expect((await post([sentEntry()], { 'content-type': contentType })).status).toBe(202);
    },
  );

  it.each(['application/x-ndjson', 'application/ndjson;charset=UTF-8'])(
    'takes lines as %j',
    async (contentType) => {
      const lines = `${JSON.stringify(sentEntry())}\n${JSON.stringify(sentEntry())}\n`;
      expect((await post(lines, { 'content-type': contentType })).body.entries).toBe(2);
    },
  );

  it('answers 413 to a body that is too large once decompressed', async () => {
    testing = testApp({ environment: { MAX_BATCH_BYTES: '1000' } });
    const bomb = gzipSync(Buffer.alloc(10_000_000, ' '));
    const { status, body } = await post(bomb, { 'content-encoding': 'gzip' });
    expect(status).toBe(413);
    expect(body).toMatchObject({ errorCode: 'ING_1003', errorCategory: 'LIMIT' });
  });

  it('answers 503 with retry-after when the store cannot take it, and logs why', async () => {
    const store = new InMemoryObjectStore();
    store.put = () =>
      Promise.reject(new Unavailable('The disk is full.', { cause: new Error('ENOSPC: /secret/path') }));
    testing = testApp({ store });
    const { status, headers, body } = await post([sentEntry()]);
    expect(status).toBe(503);
    expect(headers).toMatchObject({ 'retry-after': '1' });
    expect(body.errorCode).toBe('API_1002');
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(testing.logLines.join('')).toContain('ENOSPC');
  });

  it('answers 503 to an unforeseen fault', async () => {
    const store = new InMemoryObjectStore();
    store.put = () => Promise.reject(new TypeError('undefined is not a function'));
    testing = testApp({ store });
    expect(await post([sentEntry()])).toMatchObject({ status: 503, body: { errorCode: 'API_1003' } });
  });

  it('answers 503 when the app cannot be wired', async () => {
    const handler = ingestHandler(() => Promise.reject(new Error('no store')));
    expect(await handler(postLogs([sentEntry()]))).toMatchObject({ statusCode: 503 });
  });

  it('takes over a request id that can stand in a header, and makes one otherwise', async () => {
    expect((await post([sentEntry()], { 'x-request-id': 'abc-123' })).headers['x-request-id']).toBe(
      'abc-123',
    );
    for (const given of ['', 'a b', 'é', 'x'.repeat(129)]) {
      const { headers, body } = await post([], { 'x-request-id': given });
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(body.requestId).toBe(headers['x-request-id']);
    }
  });

  it('warns once of equal bodies that other clients send without a key, and counts them in a metric', async () => {
    const send = (n: number, agent: string, headers = {}) =>
      post([sentEntry({ path: `/${n}` })], { 'user-agent': agent, ...headers });
    for (let n = 0; n < 8; n++) for (const agent of ['a', 'b']) await send(n, agent);
    for (let n = 0; n < 8; n++) for (const agent of ['a', 'b']) await send(n, agent, { 'x-source': agent });
    const lines = testing.logLines.filter((line) => line.includes('equal bodies'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', customerId: 'cus-axon' });
    expect(lines[0]).toMatch(/x-source.*idempotency-key/);
    const metric = await testing.app.metrics.equalBodiesSuspected.get();
    expect(metric.values[0]?.value).toBe(8);
  });

  it('does not warn of repetitions with a key', async () => {
    for (let n = 0; n < 8; n++) {
      for (const agent of ['a', 'b']) {
        await post([sentEntry({ path: `/${n}` })], { 'user-agent': agent, 'idempotency-key': `k-${n}` });
      }
    }
    expect(testing.logLines).toEqual([]);
  });

  it('writes no line for a request that went well', async () => {
    await post([sentEntry()]);
    await post([]);
    expect(testing.logLines).toEqual([]);
  });

  it('answers any body with 2xx or 4xx', async () => {
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom('', 'gzip', 'deflate', 'br'), async (body, encoding) => {
        const { status } = await post(body, { 'content-encoding': encoding });
        expect(status).toBeLessThan(500);
      }),
    );
  });
});
