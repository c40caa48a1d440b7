import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { HttpClient } from '../../client/http-client.ts';
import { sendRaw, type RawAnswer } from '../e2e/raw-request.ts';
import { entry, json, postLogs } from '../e2e/requests.ts';

/** A pipeline behind a server, started with `ALLOWED_HOSTS` of `allowedHosts`; its members can be read once a test runs. */
export interface ServedPipeline {
  readonly baseUrl: URL;
  readonly http: HttpClient;
  /** Returns the requests of all windows of a customer, when nothing waits to be counted any more. */
  countedRequests(customerId: string): Promise<number>;
}

export const allowedHosts = 'pipeline, Stats.Example.com';

const batch = JSON.stringify([entry]);

const errorSchema = z.strictObject({
  requestId: z.string(),
  errorCategory: z.string(),
  errorCode: z.string(),
  errorDescription: z.string().min(1),
});

/** Returns status and code of an error that has everything the contract demands. */
function refusalIn(answer: RawAnswer): string {
  const { requestId, errorCode } = errorSchema.parse(JSON.parse(answer.body));
  expect(answer.headers).toMatchObject({
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'content-type': 'application/json',
  });
  // The body contains nothing about this machine.
  expect(answer.body).not.toMatch(/node_modules|\.ts|\.js|stack/i);
  return `${answer.status} ${errorCode}`;
}

/** Describes which requests a server refuses before a function sees them, with real sockets. */
export function describeGate(served: ServedPipeline): void {
  function send(lines: readonly string[], body = ''): Promise<RawAnswer> {
    const length = body === '' ? [] : [`Content-Length: ${body.length}`];
    return sendRaw(served.baseUrl, [...lines, ...length], body);
  }

  /** Sends a batch of a new customer, of whom nothing may exist afterwards. */
  function post(customerId: string, lines: readonly string[], body = batch): Promise<RawAnswer> {
    const own = lines.some((line) => /^x-customer-id:/i.test(line)) ? [] : [`x-customer-id: ${customerId}`];
    return send(['POST /logs HTTP/1.1', ...lines, ...own], body);
  }

  describe('a request to another host', () => {
    const refused: readonly [string, readonly string[]][] = [
      ['a name that resolves to this machine', ['Host: evil.example']],
      ['with our port', ['Host: evil.example:3000']],
      ['that begins as ours', ['Host: localhost.evil.example']],
      ['that an address begins', ['Host: 127.0.0.1.evil.example']],
      ['below an allowed name', ['Host: evil.pipeline']],
    ];

    it.each(refused)('reads nothing: %s', async (_name, lines) => {
      for (const path of [
        '/',
        '/customers',
        '/aggregates',
        '/metrics',
        '/openapi.json',
        '/health',
        '/nowhere',
      ]) {
        expect(refusalIn(await send([`GET ${path} HTTP/1.1`, ...lines]))).toBe('403 API_1004');
      }
    });

    it.each(refused)('writes nothing: %s', async (_name, lines) => {
      expect(refusalIn(await post('cus-host', lines))).toBe('403 API_1004');
      expect(refusalIn(await post('cus-host', [...lines, 'Expect: 100-continue']))).toBe('403 API_1004');
      expect(await served.countedRequests('cus-host')).toBe(0);
    });

    it('is found in the target as well', async () => {
      const target = 'POST http://evil.example/logs HTTP/1.1';
      expect(refusalIn(await send([target, 'Host: localhost', 'x-customer-id: cus-target'], batch))).toBe(
        '403 API_1004',
      );
      expect(await served.countedRequests('cus-target')).toBe(0);
    });

    it('is refused where it is to be upgraded', async () => {
      const lines = [
        'GET /customers HTTP/1.1',
        'Host: evil.example',
        'Upgrade: websocket',
        'Connection: upgrade',
      ];
      expect(refusalIn(await send(lines))).toBe('403 API_1004');
      expect(await send(['CONNECT evil.example:443 HTTP/1.1', 'Host: localhost'])).toMatchObject({
        status: 0,
      });
    });

    it.each<[string, readonly string[]]>([
      ['two hosts', ['Host: localhost', 'Host: evil.example']],
      ['one host twice', ['Host: localhost', 'host: localhost']],
      ['no host', []],
      ['an empty host', ['Host:']],
      ['a host with a user', ['Host: localhost@evil.example']],
      ['two hosts in one', ['Host: localhost, evil.example']],
      ['a port that there is not', ['Host: localhost:99999']],
    ])('is not valid with %s', async (_name, lines) => {
      expect(refusalIn(await send(['GET /customers HTTP/1.1', ...lines]))).toBe('400 QRY_1000');
      expect(refusalIn(await post('cus-hosts', lines))).toBe('400 ING_1000');
      expect(await served.countedRequests('cus-hosts')).toBe(0);
    });

    it.each([
      'GET /batches/% HTTP/1.1',
      'GET /batches/%ff HTTP/1.1',
      'GET /%zz HTTP/1.1',
      'GET /health/../customers HTTP/1.1',
      'GET /batches/%2e%2E HTTP/1.1',
      'GET /./health HTTP/1.1',
      'OPTIONS * HTTP/1.1',
    ])('is not valid with a target that no route can have: %s', async (requestLine) => {
      expect(refusalIn(await send([requestLine, 'Host: localhost']))).toBe('400 QRY_1000');
    });

    it('is not valid with a body that is not in the chunks it announces', async () => {
      const lines = ['POST /logs HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: chunked'];
      expect(refusalIn(await sendRaw(served.baseUrl, lines, 'zz\r\n'))).toBe('400 ING_1000');
    });

    it('is one of HTTP/1.0 without a host, too', async () => {
      expect(refusalIn(await send(['GET /customers HTTP/1.0']))).toBe('400 QRY_1000');
    });
  });

  describe('a request to this machine', () => {
    it.each([
      'Host: localhost:3000',
      'Host: LOCALHOST',
      'Host: localhost.',
      'Host: 127.0.0.1:3000',
      'Host: [::1]:3000',
      'Host: 192.168.1.20',
      'Host: pipeline:3000',
      'host: stats.example.com',
    ])('is served with %s', async (host) => {
      const answer = await send(['GET /health HTTP/1.1', host, 'Connection: close']);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { status: 'ok' }]);
    });

    it('is served where letters of its path are encoded, which mean the same', async () => {
      const answer = await send(['GET /%68e%61lth HTTP/1.1', 'Host: localhost', 'Connection: close']);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { status: 'ok' }]);
      const lines = ['POST /%6Cogs HTTP/1.1', 'Host: localhost', 'Content-Length: 2', 'Content-Length: 2'];
      expect(refusalIn(await send(lines))).toBe('400 ING_1000');
    });

    it('is served with an absolute target', async () => {
      const answer = await send([
        'GET http://pipeline/health HTTP/1.1',
        'Host: pipeline',
        'Connection: close',
      ]);
      expect(answer.status).toBe(200);
    });

    it('may wait to be asked for its body', async () => {
      const lines = ['Host: localhost', 'content-type: application/json', 'Connection: close'];
      const answer = await post('cus-continue', [...lines, 'Expect: 100-continue']);
      expect(answer.status).toBe(202);
      expect(await served.countedRequests('cus-continue')).toBe(1);
    });
  });

  describe('what a browser sends for a page of another site', () => {
    const pages: readonly [string, readonly string[]][] = [
      ['of another site', ['Sec-Fetch-Site: cross-site', 'Origin: https://evil.example']],
      ['of another port of this machine', ['Sec-Fetch-Site: same-site', 'Origin: http://localhost:8080']],
      ['in a sandbox', ['Sec-Fetch-Site: cross-site', 'Origin: null']],
      ['in a browser that says its origin alone', ['Origin: http://evil.example']],
      ['in one that says the site alone', ['Sec-Fetch-Site: cross-site']],
    ];

    it.each(pages)('neither reads nor writes: a page %s', async (_name, headers) => {
      const { host } = served.baseUrl;
      const simple = [`Host: ${host}`, 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: empty', ...headers];
      const form = [`Host: ${host}`, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document', ...headers];
      expect(refusalIn(await post('cus-site', [...simple, 'content-type: text/plain']))).toBe('403 API_1004');
      expect(refusalIn(await post('cus-site', [...form, 'content-type: text/plain']))).toBe('403 API_1004');
      expect(refusalIn(await send(['GET /customers HTTP/1.1', ...simple]))).toBe('403 API_1004');
      expect(refusalIn(await send(['GET /customers HTTP/1.1', ...form]))).toBe('403 API_1004');
      for (const lines of [simple, form]) {
        const head = [
          'POST /shares HTTP/1.1',
          ...lines,
          'x-customer-id: cus-axon',
          'content-type: text/plain',
        ];
        expect(refusalIn(await send(head, '{}'))).toBe('403 API_1004');
      }
      const preflight = ['OPTIONS /logs HTTP/1.1', ...simple, 'Access-Control-Request-Method: POST'];
      const answer = await send(preflight);
      expect(refusalIn(answer)).toBe('403 API_1004');
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(await served.countedRequests('cus-site')).toBe(0);
    });

    it('is a link to the dashboard, which works', async () => {
      const link = [
        'Accept: text/html,application/xhtml+xml',
        'Sec-Fetch-Site: cross-site',
        'Sec-Fetch-Mode: navigate',
        'Sec-Fetch-Dest: document',
      ];
      const head = ['GET /?customer=cus-axon&period=30d HTTP/1.1', `Host: ${served.baseUrl.host}`, ...link];
      const answer = await send([...head, 'Connection: close']);
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^text\/html/);
    });

    it('is served from the dashboard itself, without CORS', async () => {
      const { host, origin } = served.baseUrl;
      const headers = [`Host: ${host}`, `Origin: ${origin}`, 'Sec-Fetch-Site: same-origin'];
      const answer = await send(['GET /customers HTTP/1.1', ...headers, 'Connection: close']);
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    });
  });

  describe('a header that is sent twice', () => {
    const host = 'Host: localhost';

    it.each([
      ['x-customer-id: cus-one', 'X-Customer-Id: cus-two'],
      ['idempotency-key: one', 'idempotency-key: two'],
      ['content-type: application/json', 'content-type: application/x-ndjson'],
      ['content-encoding: gzip', 'Content-Encoding: identity'],
      ['content-length: 4', 'content-length: 4'],
    ])('is 400: %s', async (first, second) => {
      const type = first.startsWith('content-type') ? [] : ['content-type: application/json'];
      const customer = first.startsWith('x-customer-id') ? [] : ['x-customer-id: cus-one'];
      const length = first.startsWith('content-length') ? [] : [`content-length: ${batch.length}`];
      const lines = [host, ...type, ...customer, ...length, first, second];
      expect(refusalIn(await sendRaw(served.baseUrl, ['POST /logs HTTP/1.1', ...lines], batch))).toBe(
        '400 ING_1000',
      );
      expect(refusalIn(await sendRaw(served.baseUrl, ['GET /customers HTTP/1.1', host, first, second]))).toBe(
        '400 QRY_1000',
      );
      for (const customerId of ['cus-one', 'cus-two'])
        expect(await served.countedRequests(customerId)).toBe(0);
    });

    it.each([
      ['content-encoding', 'gzip, gzip'],
      ['content-encoding', 'identity,identity'],
      ['content-type', 'application/json, application/json'],
    ])('is 400 where it was joined on its way: %s: %s', async (name, value) => {
      const answer = await postLogs(served, {
        customerId: 'cus-joined',
        body: batch,
        headers: { [name]: value },
      });
      expect(answer.status).toBe(400);
      expect(json(answer)).toMatchObject({ errorCode: 'ING_1000', details: [{ field: name }] });
      expect(await served.countedRequests('cus-joined')).toBe(0);
    });
  });

  describe('nosniff', () => {
    it.each([
      ['GET', '/'],
      ['GET', '/customers'],
      ['GET', '/metrics'],
      ['GET', '/openapi.json'],
      ['GET', '/assets/nothing.js'],
      ['GET', '/nowhere'],
      ['PUT', '/logs'],
      ['POST', '/logs'],
      ['HEAD', '/'],
      // Answers of the server itself.
      ['GET', '/%zz'],
      ['GET', '/aggregates?%zz'],
    ])('is on the answer to %s %s, once', async (method, target) => {
      const answer = await send([`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close']);
      expect(answer.status).toBeGreaterThan(0);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    });

    it('is on the refusal of a body that is too large', async () => {
      const body = Buffer.alloc(11 * 1024 * 1024, ' ');
      const answer = await postLogs(served, { customerId: 'cus-large', body });
      expect(answer.status).toBe(413);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    });
  });
}
