import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchHandler } from '../../handlers/batch.ts';
import { customersHandler } from '../../handlers/customers.ts';
import { errorCodes } from '../../handlers/http/error-codes.ts';
import { fallbackHandler } from '../../handlers/fallback.ts';
import { healthHandler } from '../../handlers/health.ts';
import type { HttpHandler } from '../../handlers/http/http.ts';
import type { Route } from '../../handlers/http/route.ts';
import { routes } from '../../handlers/http/routes.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { metricsHandler } from '../../handlers/metrics.ts';
import { openApiHandler } from '../../handlers/openapi.ts';
import { pathsHandler } from '../../handlers/paths.ts';
import { protocolsHandler } from '../../handlers/protocols.ts';
import { queryHandler } from '../../handlers/query.ts';
import { readAlertsHandler } from '../../handlers/read-alerts.ts';
import { sharesHandler } from '../../handlers/shares.ts';
import { totalHandler } from '../../handlers/total.ts';
import type { App } from '../../handlers/wiring.ts';
import { encodeAlertEvent } from '../../lib/domain/alerts/alert-event-format.ts';
import { alertEventKey } from '../../lib/domain/keys.ts';
import { alertEvent } from '../alert-events.ts';
import { sentEntry, windowStart } from '../factories.ts';
import { shareToken } from '../share-links.ts';
import { authorized, countAll, httpEvent, postLogs, testApp, type TestApp } from './app.ts';
import { protocolRequests } from './protocols/protocol-requests.ts';
import { senderRequests } from './protocols/sender-requests.ts';
import { describedAnswers, type DescribedAnswers } from './described-answers.ts';

const handlers: Readonly<Record<string, (wired: () => Promise<App>) => HttpHandler>> = {
  'POST /logs': ingestHandler,
  'POST /v1/logs': protocolsHandler,
  'POST /firehose': protocolsHandler,
  'POST /logpush': protocolsHandler,
  'GET /.well-known/fastly/logging/challenge': protocolsHandler,
  'POST /_bulk': protocolsHandler,
  'GET /_license': protocolsHandler,
  'GET /_xpack': protocolsHandler,
  'GET /_cluster/health': protocolsHandler,
  'POST /loki/api/v1/push': protocolsHandler,
  'POST /services/collector/event': protocolsHandler,
  'POST /services/collector/raw': protocolsHandler,
  'GET /services/collector/health': protocolsHandler,
  'GET /aggregates': queryHandler,
  'GET /aggregates/total': totalHandler,
  'GET /aggregates/paths': pathsHandler,
  'GET /batches/{batchId}': batchHandler,
  'GET /customers': customersHandler,
  'GET /alerts': readAlertsHandler,
  'POST /shares': sharesHandler,
  'GET /openapi.json': openApiHandler,
  'GET /metrics': metricsHandler,
  'GET /health': healthHandler,
};

let testing: TestApp;
const wired = async () => testing.app;
let answers: DescribedAnswers;

beforeEach(async () => {
  testing = testApp({ environment: { MAX_BATCH_BYTES: '100000' } });
  answers = describedAnswers(await document());
});
afterEach(() => vi.restoreAllMocks());

async function document(): Promise<string> {
  const { statusCode, headers, body = '' } = await openApiHandler(wired)(httpEvent('GET', '/openapi.json'));
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-cache' });
  return body;
}

function get(
  route: string,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
  pathParameters: Record<string, string> = {},
) {
  const event = { ...httpEvent('GET', route.slice('GET '.length), { query, headers }), pathParameters };
  return handlerOf(route)(event);
}

function handlerOf(route: string, from = wired): HttpHandler {
  return (handlers[route] ?? expect.fail(`no handler of ${route}`))(from);
}

describe('GET /openapi.json', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    const validator = new Validator();
    const described = JSON.parse(await document()) as Record<string, unknown>;
    expect(await validator.validate(described)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('describes every route that is served, and no other, but for the page and other paths of the same', () => {
    const table: readonly Route[] = Object.values(routes);
    const served = table
      .filter(({ functionName, isAlias }) => functionName !== 'page' && isAlias !== true)
      .map(({ name }) => name);
    expect(answers.routes.toSorted()).toEqual(served.toSorted());
    expect(Object.keys(handlers).toSorted()).toEqual(served.toSorted());
  });

  it('has an example of every error code', async () => {
    const codes = (await document()).match(/(?<=")[A-Z]{3}_\d{4}(?=":\{"value")/g);
    expect([...new Set(codes)].toSorted()).toEqual(Object.keys(errorCodes).toSorted());
  });

  it('has the refusals that a server answers in place of every function', async () => {
    const { paths } = JSON.parse(await document()) as {
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
    };
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { responses }] of Object.entries(operations)) {
        const refusals = ['400', '403', '408', ...(method === 'post' ? ['413'] : [])];
        expect(Object.keys(responses), `${method} ${path}`).toEqual(expect.arrayContaining(refusals));
        // Also where functions answer in the form of a protocol.
        for (const status of refusals) {
          const usual = /components\/(?:schemas\/Error|responses\/\w+)"/;
          expect(JSON.stringify(responses[status]), `${method} ${path} ${status}`).toMatch(usual);
        }
      }
    }
  });

  it('says which scope of an API key each route asks for, and that on a laptop there are no keys', async () => {
    const { paths } = JSON.parse(await document()) as {
      paths: Record<string, Record<string, { security: unknown }>>;
    };
    const security = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]) => [`${method} ${path}`, described.security]),
    );
    const keyWith = (...scopes: string[]) => [{}, { apiKey: scopes }];
    const nativeKeyWith = (...scopes: string[]) => [
      ...keyWith(...scopes),
      { basicKey: scopes },
      { splunkKey: scopes },
      { elasticsearchKey: scopes },
    ];
    expect(Object.fromEntries(security)).toEqual({
      'post /logs': keyWith('ingest'),
      'post /v1/logs': nativeKeyWith('ingest'),
      'post /firehose': [{}, { firehoseKey: ['ingest'] }],
      'post /logpush': nativeKeyWith('ingest'),
      'get /.well-known/fastly/logging/challenge': [],
      'post /_bulk': nativeKeyWith('ingest'),
      'get /_license': nativeKeyWith(),
      'get /_xpack': nativeKeyWith(),
      'get /_cluster/health': nativeKeyWith(),
      'post /loki/api/v1/push': nativeKeyWith('ingest'),
      'post /services/collector/event': nativeKeyWith('ingest'),
      'post /services/collector/raw': nativeKeyWith('ingest'),
      'get /services/collector/health': [],
      'get /batches/{batchId}': [{}, { apiKey: ['ingest'] }, { apiKey: ['read'] }],
      'get /aggregates': keyWith('read'),
      'get /aggregates/total': keyWith('read'),
      'get /aggregates/paths': keyWith('read'),
      'get /customers': [{}, { apiKey: ['read'] }, { apiKey: ['operate'] }],
      'get /alerts': keyWith('read'),
      'post /shares': keyWith('read'),
      'get /openapi.json': keyWith(),
      'get /metrics': keyWith(),
      'get /health': [],
    });
  });

  it('has the version of the package', async () => {
    const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(JSON.parse(await document())).toMatchObject({ info: { version } });
  });

  it('has examples that are as it says', () => {
    expect(answers.wrongExamples()).toEqual([]);
  });

  it('answers 304 as long as it is the same', async () => {
    const { headers } = await get('GET /openapi.json');
    const seen = { 'if-none-match': String(headers?.etag) };
    expect(await get('GET /openapi.json', {}, seen)).toMatchObject({ statusCode: 304, body: '' });
  });
});

describe('what the functions answer', () => {
  const post = (...args: Parameters<typeof postLogs>) => handlerOf('POST /logs')(postLogs(...args));
  const share = (body?: string) =>
    handlerOf('POST /shares')(httpEvent('POST', '/shares', body === undefined ? {} : { body }));
  const key = { 'idempotency-key': 'order-7' };
  const any = { 'if-none-match': '*' };
  const csv = { accept: 'text/csv' };
  /** Sends with a key of a deployed pipeline that has no scope. */
  const withoutScope = (route: string) => {
    const { app } = testApp({ environment: { STORAGE: 'aws' } });
    const [method = '', path = ''] = route.split(' ');
    return handlerOf(route, async () => app)(authorized(httpEvent(method, path), 'cus-axon', { scopes: '' }));
  };

  /** Reads with a share link what it does not reach. */
  const byLink = (route: string) => get(route, {}, { authorization: `Bearer ${shareToken().text}` });

  /** Keeps an alert that is resolved, with all fields. */
  const keepAlert = async () => {
    const hour = windowStart('2025-12-28T17:00:00Z');
    const fields = { change: 'resolved', raisedId: 'f'.repeat(32), reason: 'recovered' } as const;
    const event = alertEvent({ windowStart: hour, ...fields });
    const objectKey = alertEventKey(event.customerId, hour, 'fall-resolved');
    await testing.app.store.put(objectKey, encodeAlertEvent(event), { ifNoneMatch: '*' });
  };

  /** An answer of each status of a route, in this order, except for failures on our side. */
  const requests: readonly (readonly [string, number, () => Promise<APIGatewayProxyStructuredResultV2>])[] = [
    ['POST /logs', 202, () => post([sentEntry({ status: '404' })], key)],
    ['POST /logs', 202, () => post([sentEntry()])],
    ['POST /logs', 202, () => post([sentEntry()])],
    ['POST /logs', 400, () => post([sentEntry({ path: '' }), []])],
    ['POST /logs', 400, () => post([sentEntry()], { 'x-customer-id': '' })],
    ['POST /logs', 409, () => post([sentEntry({ status: '404' })], key)],
    ['POST /logs', 422, () => post([sentEntry()], key)],
    ['POST /logs', 413, () => post('x'.repeat(100_001))],
    ['POST /logs', 415, () => post('x', { 'content-type': 'text/html' })],
    ['POST /logs', 403, () => withoutScope('POST /logs')],
    ...[...protocolRequests, ...senderRequests].map(([route, status, event]) => {
      return [route, status, () => handlerOf(route)(event)] as const;
    }),
    ['POST /v1/logs', 403, () => withoutScope('POST /v1/logs')],
    ['POST /firehose', 403, () => withoutScope('POST /firehose')],
    ['POST /logpush', 403, () => withoutScope('POST /logpush')],
    ['POST /_bulk', 403, () => withoutScope('POST /_bulk')],
    ['POST /loki/api/v1/push', 403, () => withoutScope('POST /loki/api/v1/push')],
    ['POST /services/collector/event', 403, () => withoutScope('POST /services/collector/event')],
    ['POST /services/collector/raw', 403, () => withoutScope('POST /services/collector/raw')],
    ['GET /batches/{batchId}', 403, () => withoutScope('GET /batches/{batchId}')],
    ...['/_license', '/_xpack', '/_cluster/health', '/openapi.json', '/metrics'].map(
      (path) => [`GET ${path}`, 403, () => byLink(`GET ${path}`)] as const,
    ),
    ['GET /aggregates', 403, () => withoutScope('GET /aggregates')],
    ['GET /aggregates/total', 403, () => withoutScope('GET /aggregates/total')],
    ['GET /aggregates/paths', 403, () => withoutScope('GET /aggregates/paths')],
    ['GET /customers', 403, () => withoutScope('GET /customers')],
    ['GET /batches/{batchId}', 200, () => get('GET /batches/{batchId}', {}, {}, { batchId: 'order-7' })],
    ['GET /batches/{batchId}', 404, () => get('GET /batches/{batchId}', {}, {}, { batchId: 'order-8' })],
    ['GET /batches/{batchId}', 400, () => get('GET /batches/{batchId}', {}, { 'x-customer-id': '' })],
    ['GET /aggregates', 200, () => get('GET /aggregates')],
    ['GET /aggregates', 200, () => get('GET /aggregates', { limit: '1', top: '1' })],
    ['GET /aggregates', 200, () => get('GET /aggregates', {}, csv)],
    ['GET /aggregates', 200, () => get('GET /aggregates', { dimensions: 'none' })],
    ['GET /aggregates', 200, () => get('GET /aggregates', { dimensions: 'path', tz: 'Asia/Kolkata' })],
    ['GET /aggregates', 200, () => get('GET /aggregates', { path: '/' })],
    ['GET /aggregates', 200, () => get('GET /aggregates', { path: 'GET /', format: 'csv' })],
    ['GET /aggregates', 304, () => get('GET /aggregates', {}, any)],
    ['GET /aggregates', 400, () => get('GET /aggregates', { limit: '0' })],
    ['GET /aggregates/total', 200, () => get('GET /aggregates/total')],
    ['GET /aggregates/total', 200, () => get('GET /aggregates/total', { dimensions: 'none' })],
    ['GET /aggregates/total', 200, () => get('GET /aggregates/total', { pathPrefix: '/' })],
    ['GET /aggregates/total', 200, () => get('GET /aggregates/total', {}, csv)],
    ['GET /aggregates/total', 304, () => get('GET /aggregates/total', {}, any)],
    ['GET /aggregates/total', 400, () => get('GET /aggregates/total', { from: 'x' })],
    ['GET /aggregates/paths', 200, () => get('GET /aggregates/paths', { limit: '1' })],
    ['GET /aggregates/paths', 200, () => get('GET /aggregates/paths', {}, csv)],
    ['GET /aggregates/paths', 200, () => get('GET /aggregates/paths', { format: 'ndjson' })],
    ['GET /aggregates/paths', 304, () => get('GET /aggregates/paths', {}, any)],
    ['GET /aggregates/paths', 400, () => get('GET /aggregates/paths', { sort: 'x' })],
    ['GET /customers', 200, () => get('GET /customers', { limit: '1' })],
    ['GET /customers', 400, () => get('GET /customers', { limit: 'x' })],
    ['GET /alerts', 403, () => withoutScope('GET /alerts')],
    ['GET /alerts', 200, () => get('GET /alerts')],
    ['GET /alerts', 200, async () => (await keepAlert(), get('GET /alerts'))],
    ['GET /alerts', 400, () => get('GET /alerts', { limit: '0' })],
    ['POST /shares', 201, () => share('{"expiresInSeconds":60}')],
    ['POST /shares', 201, () => share()],
    ['POST /shares', 400, () => share('{"expiresInSeconds":59}')],
    ['POST /shares', 403, () => withoutScope('POST /shares')],
    ['GET /openapi.json', 200, () => get('GET /openapi.json')],
    ['GET /openapi.json', 304, () => get('GET /openapi.json', {}, any)],
    ['GET /metrics', 200, () => get('GET /metrics')],
    ['GET /health', 200, () => get('GET /health')],
  ];

  it('is what the document says, for each status of each route, and the document says no more', async () => {
    const seen = new Set<string>();
    const look = (route: string, status: number, answer: APIGatewayProxyStructuredResultV2) => {
      expect(answer.statusCode, `${route}: ${answer.body}`).toBe(status);
      expect(answers.problemsOf(route, answer), `${route} ${status}: ${answer.body}`).toEqual([]);
      seen.add(`${route} ${status}`);
    };
    for (const [route, status, request] of requests) {
      look(route, status, await request());
      await countAll(testing);
    }

    const written = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    const broken = () => Promise.reject(new Error('nothing is there'));
    for (const route of answers.routes) {
      const [method = '', path = ''] = route.split(' ');
      look(route, 503, await handlerOf(route, broken)(httpEvent(method, path)));
    }
    const lines = written.mock.calls.map(([line]) => String(line));
    written.mockRestore();
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(
      answers.routes.map(() => 'The function could not be set up'),
    );
    expect(lines.join('')).not.toContain('"stack"');
    expect([...seen].toSorted()).toEqual(answers.statuses.toSorted());
  });

  it('is what the document says where there is no such route, or not by this method', async () => {
    const fallback = fallbackHandler(wired);
    const [noSuchRoute, methodNotAllowed] = [
      await fallback(httpEvent('GET', '/nothing')),
      await fallback(httpEvent('PUT', '/logs')),
    ];
    expect([noSuchRoute.statusCode, methodNotAllowed.statusCode]).toEqual([404, 405]);
    expect(answers.problemsOf('NoSuchRoute', noSuchRoute)).toEqual([]);
    expect(answers.problemsOf('MethodNotAllowed', methodNotAllowed)).toEqual([]);
  });
});
