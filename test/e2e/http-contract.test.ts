import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { useEmulator } from './emulator.ts';
import { countedRequests, countedWindows, december, entry, json, metric, postLogs } from './requests.ts';

const emulator = useEmulator();

const acceptedSchema = z.strictObject({
  batchId: z.string().regex(/^sha256-[0-9a-f]{64}$/),
  entries: z.int(),
  windows: z.int(),
});
const errorSchema = z.strictObject({
  requestId: z.string(),
  errorCategory: z.string(),
  errorCode: z.string(),
  errorDescription: z.string().min(1),
});

describe('duplicates', () => {
  it('answers the first answer again where the id was derived from the body', async () => {
    const sent = { customerId: 'cus-derived', body: [entry] };
    const first = await postLogs(emulator, sent);
    const second = await postLogs(emulator, sent);

    expect([first.status, second.status]).toEqual([202, 202]);
    expect([first, second].map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true']);
    expect(acceptedSchema.parse(json(first))).toMatchObject({ entries: 1, windows: 1 });
    expect(json(second)).toEqual(json(first));
    expect(await countedRequests(emulator, 'cus-derived')).toBe(1);
  });

  it('answers 409 with the batch id where the same key comes with the same body', async () => {
    const sent = { customerId: 'cus-key', body: [entry, entry], headers: { 'idempotency-key': 'key-1' } };
    const first = await postLogs(emulator, sent);
    const second = await postLogs(emulator, { ...sent, headers: { 'idempotency-key': '"key-1"' } });

    expect(first.status).toBe(202);
    expect(json(first)).toEqual({ batchId: 'key-1', entries: 2, windows: 1 });
    expect(second.status).toBe(409);
    expect(json(second)).toMatchObject({
      errorCode: 'ING_1001',
      errorCategory: 'CONFLICT',
      batchId: 'key-1',
    });
    expect(await countedRequests(emulator, 'cus-key')).toBe(2);
  });

  it('answers 422 and changes nothing where the same key comes with another body', async () => {
    const sent = { customerId: 'cus-reuse', headers: { 'idempotency-key': 'key-1' } };
    await postLogs(emulator, { ...sent, body: [entry] });
    const second = await postLogs(emulator, { ...sent, body: [entry, entry] });

    expect(second.status).toBe(422);
    expect(json(second)).toMatchObject({ errorCode: 'ING_1002' });
    expect(await countedRequests(emulator, 'cus-reuse')).toBe(1);
  });

  it('takes the same key from another customer', async () => {
    const headers = { 'idempotency-key': 'shared' };
    const answers = await Promise.all(
      ['cus-a', 'cus-b'].map((customerId) => postLogs(emulator, { customerId, body: [entry], headers })),
    );

    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
  });

  it('counts one of many that come at once', async () => {
    const sent = { customerId: 'cus-race', body: [entry], headers: { 'idempotency-key': 'race' } };
    const answers = await Promise.all(Array.from({ length: 24 }, () => postLogs(emulator, sent)));

    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([202, ...Array.from({ length: 23 }, () => 409)]);
    expect(await countedRequests(emulator, 'cus-race')).toBe(1);
  });

  it('does not use up a key for a request that was refused', async () => {
    const sent = { customerId: 'cus-refused', headers: { 'idempotency-key': 'later' } };
    const refused = await postLogs(emulator, { ...sent, body: [{}] });
    const accepted = await postLogs(emulator, { ...sent, body: [entry] });

    expect([refused.status, accepted.status]).toEqual([400, 202]);
  });
});

describe('request ids', () => {
  it('takes over the one that the request has', async () => {
    const answer = await emulator.http.request('/nowhere', { headers: { 'x-request-id': 'trace-me:42' } });

    expect(answer.headers['x-request-id']).toBe('trace-me:42');
    expect(json(answer)).toMatchObject({ requestId: 'trace-me:42' });
  });

  it.each([
    ['none', undefined],
    ['one with a space', 'two words'],
    ['one that is too long', 'x'.repeat(129)],
  ])('makes one of its own where the request has %s', async (_name, given) => {
    const headers = given === undefined ? {} : { 'x-request-id': given };
    const answers = [
      await emulator.http.request('/health', { headers }),
      await emulator.http.request('/health', { headers }),
    ];

    const ids = answers.map((answer) => answer.headers['x-request-id']);
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('routes', () => {
  it.each(['/nowhere', '/assets/nothing.js', '/logs/1', '/aggregates/minute'])(
    'answers 404 for %s',
    async (path) => {
      const answer = await emulator.http.request(path);

      expect(answer.status).toBe(404);
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(errorSchema.parse(json(answer))).toMatchObject({
        requestId: answer.headers['x-request-id'],
        errorCategory: 'ROUTING',
        errorCode: 'API_1000',
      });
    },
  );

  it.each([
    ['GET', '/logs', 'POST'],
    ['DELETE', '/logs', 'POST'],
    ['POST', '/aggregates', 'GET'],
    ['PUT', '/metrics', 'GET'],
    ['PATCH', '/health', 'GET'],
  ])('answers 405 for %s %s, and allows %s', async (method, path, allowed) => {
    const answer = await emulator.http.request(path, { method });

    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe(allowed);
    expect(json(answer)).toMatchObject({ errorCode: 'API_1001' });
  });

  it('refuses a page of another site, and sends it no CORS headers', async () => {
    const origin = 'https://elsewhere.example';
    const answers = [
      await emulator.http.request('/health', { headers: { origin } }),
      await postLogs(emulator, { customerId: 'cus-origin', body: [entry], headers: { origin } }),
      await emulator.http.request('/logs', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    for (const answer of answers) expect(json(answer)).toMatchObject({ errorCode: 'API_1004' });
    const names = answers.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['with a slash', 'a/b'],
    ['that is ..', '..'],
    ['that is too long', 'c'.repeat(129)],
  ])('answers 400 for a customer id %s', async (_name, customerId) => {
    const headers = { 'x-customer-id': customerId };
    const answer = await postLogs(emulator, { customerId: '', body: [entry], headers });

    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ errorCode: 'ING_1000', details: [{ field: 'x-customer-id' }] });
  });
});

describe('GET /aggregates', () => {
  const customerId = 'cus-pages';
  const starts = Array.from({ length: 7 }, (_, minute) => `2025-12-28T18:0${minute}:00Z`);
  const pageSchema = z.object({
    nextToken: z.string().optional(),
    windows: z.array(z.object({ windowStart: z.string() })),
  });

  const fullPageSchema = z.object({
    countedThrough: z.iso.datetime({ precision: 3 }),
    windows: z.array(z.object({ updatedAt: z.iso.datetime({ precision: 3 }) })),
  });

  async function read(
    parameters: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const query = new URLSearchParams({ window: 'minute', ...december, ...parameters }).toString();
    return emulator.http.request(`/aggregates?${query}`, {
      headers: { 'x-customer-id': customerId, ...headers },
    });
  }

  it('answers the windows with all of their fields, in the order of time', async () => {
    await postLogs(emulator, {
      customerId,
      body: starts.map((receivedAt) => ({ ...entry, receivedAt })).toReversed(),
    });
    await countedWindows(emulator, customerId);
    const answer = json(await read({}));
    const { windows, countedThrough } = fullPageSchema.parse(answer);

    expect(answer).toEqual({
      customerId,
      windowSize: 'minute',
      ...december,
      countedThrough,
      waiting: 0,
      windows: starts.map((windowStart, index) => ({
        customerId,
        windowSize: 'minute',
        windowStart,
        requests: 1,
        requestsByPath: { 'GET /pricing': 1 },
        requestsByUserAgent: { curl: 1 },
        requestsByStatus: { '200': 1 },
        requestsByAgentClass: { library: 1 },
        batches: 1,
        revision: 1,
        lateRequests: 1,
        complete: true,
        updatedAt: windows[index]?.updatedAt,
      })),
    });
  });

  it('gives them out in pages', async () => {
    const pages: string[][] = [];
    let nextToken: string | undefined;
    do {
      const answer = await read({ limit: '3', ...(nextToken === undefined ? {} : { nextToken }) });
      const page = pageSchema.parse(json(answer));
      pages.push(page.windows.map(({ windowStart }) => windowStart));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);

    expect(pages).toEqual([starts.slice(0, 3), starts.slice(3, 6), starts.slice(6)]);
  });

  it('answers 400 for a token of another query', async () => {
    const { nextToken = '' } = pageSchema.parse(json(await read({ limit: '3' })));
    const answers = [
      await read({ nextToken, from: '2025-12-02T00:00:00Z' }),
      await read({ nextToken }, { 'x-customer-id': 'cus-other' }),
      await read({ nextToken: 'made-up' }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
  });

  it('answers 304 while nothing has changed, and 200 when something has', async () => {
    const etag = (await read({})).headers.etag ?? '';
    const unchanged = await read({}, { 'if-none-match': etag });
    await postLogs(emulator, { customerId, body: [{ ...entry, path: '/news' }] });
    await countedWindows(emulator, customerId);
    const changed = await read({}, { 'if-none-match': etag });

    expect({ status: unchanged.status, bytes: unchanged.body.length, etag: unchanged.headers.etag }).toEqual({
      status: 304,
      bytes: 0,
      etag,
    });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(etag);
  });

  it('answers only what is the customer’s own', async () => {
    expect(json(await read({}, { 'x-customer-id': 'cus-stranger' }))).toMatchObject({ windows: [] });
  });

  it('understands an offset in the range', async () => {
    const answer = await read({ from: '2025-12-28T20:05:00+02:00', to: '2025-12-28T13:07:00-05:00' });

    expect(pageSchema.parse(json(answer)).windows.map(({ windowStart }) => windowStart)).toEqual(
      starts.slice(5),
    );
  });

  it.each([
    { from: 'yesterday' },
    { to: '2025-13-01T00:00:00Z' },
    { limit: '0' },
    { limit: '1001' },
    { limit: 'many' },
    { window: 'week' },
    { top: '-1' },
    { from: '2026-01-02T00:00:00Z' },
  ])('answers 400 for %j', async (parameters) => {
    const answer = await read(Object.fromEntries(Object.entries(parameters)));

    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({
      errorCode: 'QRY_1000',
      details: [{ field: Object.keys(parameters)[0] }],
    });
  });
});

describe('GET /health and GET /metrics', () => {
  it('says that it is well', async () => {
    const answer = await emulator.http.request('/health');

    expect(answer.status).toBe(200);
    expect(json(answer)).toEqual({ status: 'ok' });
  });

  it('counts what was sent', async () => {
    const read = () =>
      Promise.all([
        metric(emulator, 'log_analytics_batches_ingested_total'),
        metric(emulator, 'log_analytics_entries_ingested_total'),
        metric(emulator, 'log_analytics_duplicate_batches_total'),
        metric(emulator, 'log_analytics_partials_produced_total'),
        metric(emulator, 'log_analytics_partials_consumed_total'),
        metric(emulator, 'log_analytics_windows_created_total'),
        metric(emulator, 'log_analytics_http_requests_total', 'error_code="ING_1001"'),
        metric(emulator, 'log_analytics_http_request_duration_seconds_count', 'route="POST /logs"'),
      ]);
    const before = await read();
    const body = [entry, { ...entry, receivedAt: '2025-12-28T18:04:00Z' }];
    const sent = { customerId: 'cus-metrics', body, headers: { 'idempotency-key': 'one' } };
    await postLogs(emulator, sent);
    await countedWindows(emulator, 'cus-metrics');
    await postLogs(emulator, sent); // it is counted, and so it is not emitted again
    const after = await read();

    expect(after.map((value, index) => value - (before[index] ?? 0))).toEqual([1, 2, 1, 2, 2, 2, 1, 2]);
  });

  it('serves the names that are documented, in the Prometheus text format', async () => {
    const { headers, body } = await emulator.http.request('/metrics');
    const names = [...body.toString().matchAll(/^# TYPE (log_analytics_\w+) (\w+)$/gm)].map(
      ([, name]) => name,
    );

    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(names).toEqual(
      expect.arrayContaining([
        'log_analytics_http_requests_total',
        'log_analytics_http_request_duration_seconds',
        'log_analytics_batches_ingested_total',
        'log_analytics_entries_ingested_total',
        'log_analytics_ingested_bytes_total',
        'log_analytics_duplicate_batches_total',
        'log_analytics_partials_produced_total',
        'log_analytics_partials_consumed_total',
        'log_analytics_partials_failed_total',
        'log_analytics_windows_created_total',
        'log_analytics_windows_updated_total',
        'log_analytics_stream_backlog_records',
        'log_analytics_stream_oldest_record_age_seconds',
      ]),
    );
  });
});
