import { describe, expect, it } from 'vitest';
import { fallbackHandler } from '../../handlers/fallback.ts';
import { healthHandler } from '../../handlers/health.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { metricsHandler } from '../../handlers/metrics.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { Unavailable } from '../../lib/errors.ts';
import { sentEntry } from '../factories.ts';
import { httpEvent, postLogs, testApp } from './app.ts';

describe('GET /health', () => {
  it('answers 200 when the store can be written', async () => {
    const { app } = testApp();
    const answer = await healthHandler(async () => app)(httpEvent('GET', '/health'));
    expect(answer).toMatchObject({ statusCode: 200, body: '{"status":"ok"}' });
  });

  it('answers 503 when it cannot', async () => {
    const store = new InMemoryObjectStore();
    store.put = () => Promise.reject(new Unavailable('read-only'));
    const { app } = testApp({ store });
    expect(await healthHandler(async () => app)(httpEvent('GET', '/health'))).toMatchObject({
      statusCode: 503,
    });
  });
});

describe('the log of a 503', () => {
  function failingApp(error: Error, environment = {}) {
    const store = new InMemoryObjectStore();
    store.put = () => Promise.reject(error);
    return testApp({ store, environment });
  }
  const full = () => new Unavailable('The object cannot be written.', { cause: new Error('no space') });

  it.each([
    ['foreseen', full()],
    ['unforeseen', new TypeError('a fault of the program')],
  ])('is one line without a stack: %s trouble', async (_kind, error) => {
    const { app, logLines } = failingApp(error);
    const { statusCode } = await ingestHandler(async () => app)(postLogs([sentEntry()]));
    expect(statusCode).toBe(503);
    expect(logLines).toHaveLength(1);
    expect(logLines[0]).toMatch(/^[^\n]+\n$/);
    expect(logLines[0]).not.toMatch(/stack|\\n +at /);
    expect(JSON.parse(logLines[0] ?? '')).toMatchObject({
      level: 'error',
      message: 'A request failed',
      path: '/logs',
      error: { message: error.message },
    });
  });

  it('has the stack at debug level', async () => {
    const { app, logLines } = failingApp(full(), { LOG_LEVEL: 'debug' });
    await ingestHandler(async () => app)(postLogs([sentEntry()]));
    expect(logLines.filter((line) => line.includes('"level":"error"')).join('')).toMatch(
      /"stack":"Unavailable/,
    );
  });
});

describe('GET /metrics', () => {
  it('shows what was done, without a customer, a path or an id', async () => {
    const { app } = testApp();
    const ingest = ingestHandler(async () => app);
    await ingest(postLogs([sentEntry({ path: '/secret' }), sentEntry()], { 'idempotency-key': 'order-7' }));
    await ingest(postLogs([sentEntry({ path: '/secret' }), sentEntry()], { 'idempotency-key': 'order-7' }));
    await ingest(postLogs([]));
    const { headers, body = '' } = await metricsHandler(async () => app)(httpEvent('GET', '/metrics'));
    expect(headers?.['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      'log_analytics_batches_ingested_total 1',
      'log_analytics_entries_ingested_total 2',
      'log_analytics_duplicate_batches_total 1',
      'log_analytics_partials_produced_total{stream="insights"} 1',
      'log_analytics_http_requests_total{route="POST /logs",status="202",error_code=""} 1',
      'log_analytics_http_requests_total{route="POST /logs",status="409",error_code="ING_1001"} 1',
      'log_analytics_http_requests_total{route="POST /logs",status="400",error_code="ING_1000"} 1',
      'log_analytics_stream_backlog_records{stream="insights"} 1',
      'log_analytics_stream_oldest_record_age_seconds{stream="insights"} 0',
    ]) {
      expect(body).toContain(`${line}\n`);
    }
    expect(body).not.toMatch(/cus-axon|secret|order-7/);
  });
});

describe('any other route', () => {
  it.each(['/nothing', '/assets', '/logs/1', '/batches/k/more', '//'])('answers 404 to %s', async (path) => {
    const { app } = testApp();
    const answer = await fallbackHandler(async () => app)(httpEvent('GET', path));
    expect(answer.statusCode).toBe(404);
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ errorCode: 'API_1000', errorCategory: 'ROUTING' });
  });

  it.each([
    ['GET', '/logs', 'POST'],
    ['DELETE', '/aggregates', 'GET'],
    ['POST', '/metrics/', 'GET'],
    ['POST', '/', 'GET, HEAD'],
    ['PUT', '/batches/k', 'GET'],
  ])('answers 405 to %s %s and allows %s', async (method, path, allow) => {
    const { app } = testApp();
    const answer = await fallbackHandler(async () => app)(httpEvent(method, path));
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow } });
  });
});
