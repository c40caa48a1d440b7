import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Emulator } from '../emulator.ts';
import { describeAggregates } from './http-contract-aggregates.ts';
import { countedRequests, countedWindows, entry, json, metric, postLogs } from '../requests.ts';

/** Tests answers that the reference of the HTTP API promises. */
export function describeHttpContract(emulator: Emulator): void {
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
      expect([first, second].map(({ headers }) => headers['idempotent-replayed'])).toEqual([
        undefined,
        'true',
      ]);
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
      expect(ids).toEqual([
        expect.stringMatching(/^[0-9a-f-]{36}$/),
        expect.stringMatching(/^[0-9a-f-]{36}$/),
      ]);
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

  describeAggregates(emulator);

  describe('GET /health and GET /metrics', () => {
    it('reports that the pipeline is healthy', async () => {
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
}
