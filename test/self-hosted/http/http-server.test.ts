import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyNotValid, withoutKey } from '../../../http-server/gate/refusal.ts';
import type { Authorizer } from '../../../self-hosted/http/authorizer.ts';
import { startHttpServer } from '../../../self-hosted/http/http-server.ts';
import { sendRaw } from '../../e2e/raw-request.ts';
import { entry, json, postLogs } from '../../e2e/requests.ts';
import { gate } from '../../gate.ts';
import { ServedApp, useServedApp, type ServedAppOptions } from './served-app.ts';

const host = 'Host: localhost';
const close = 'Connection: close';
const batch = JSON.stringify([entry]);

async function startServed(options: ServedAppOptions = {}): Promise<ServedApp> {
  const served = new ServedApp(options);
  await served.start();
  onTestFinished(() => served.stop());
  return served;
}

/** Starts a server that answers with the event that its function got. */
async function startEcho(): Promise<
  (lines: readonly string[], body?: string) => Promise<APIGatewayProxyEventV2>
> {
  const echo = async (event: APIGatewayProxyEventV2) => ({ statusCode: 200, body: JSON.stringify(event) });
  const served = await startServed({ functions: { ingest: echo, query: echo, batch: echo, health: echo } });
  return async (lines, body = '') => {
    const { status, body: answered } = await sendRaw(served.baseUrl, [...lines, host, close], body);
    if (status !== 200) throw new Error(`${status} ${answered}`);
    return JSON.parse(answered) as APIGatewayProxyEventV2;
  };
}

describe('the event of a request', () => {
  it('has the parts that API Gateway gives it', async () => {
    const ask = await startEcho();
    const event = await ask(['GET /batches/a%2Fb?x=1&y=%C3%A4+b HTTP/1.1', 'User-Agent: tester']);
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /batches/{batchId}',
      rawPath: '/batches/a%2Fb',
      rawQueryString: 'x=1&y=%C3%A4+b',
      headers: { host: 'localhost', 'user-agent': 'tester' },
      queryStringParameters: { x: '1', y: 'ä b' },
      pathParameters: { batchId: 'a/b' },
      isBase64Encoded: false,
    });
    expect(event.requestContext).toMatchObject({
      http: { method: 'GET', path: '/batches/a%2Fb', protocol: 'HTTP/1.1', userAgent: 'tester' },
      routeKey: 'GET /batches/{batchId}',
      stage: '$default',
    });
    expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(event).not.toHaveProperty('body');
  });

  it('has an id of its own', async () => {
    const ask = await startEcho();
    const ids = [await ask(['GET /health HTTP/1.1']), await ask(['GET /health HTTP/1.1'])].map(
      ({ requestContext }) => requestContext.requestId,
    );
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('joins what came twice with commas', async () => {
    const ask = await startEcho();
    const lines = [
      'GET /aggregates?a=1&a=2 HTTP/1.1',
      'X-One: a',
      'x-one: b',
      'Cookie: c=1; d=2',
      'cookie: e=3',
    ];
    const { headers, queryStringParameters, cookies } = await ask(lines);
    expect(headers).toMatchObject({ 'x-one': 'a,b' });
    expect(queryStringParameters).toEqual({ a: '1,2' });
    expect(cookies).toEqual(['c=1', 'd=2', 'e=3']);
  });

  it('keeps the bytes of a body of any type', async () => {
    const ask = await startEcho();
    const body = '\u0000\u00ff\u00fe{"not": json';
    const lines = ['POST /logs HTTP/1.1', 'content-type: application/json', `content-length: ${body.length}`];
    const event = await ask(lines, body);
    expect(event.isBase64Encoded).toBe(true);
    expect(Buffer.from(event.body ?? '', 'base64').toString('latin1')).toBe(body);
  });

  it('takes the path of an absolute target', async () => {
    const ask = await startEcho();
    expect(await ask(['GET http://localhost/health?a=b HTTP/1.1'])).toMatchObject({
      rawPath: '/health',
      queryStringParameters: { a: 'b' },
    });
  });
});

describe('a body', () => {
  const served = useServedApp();

  it.each([
    ['gzip', gzipSync(batch)],
    ['deflate', deflateSync(batch)],
    ['br', brotliCompressSync(batch)],
  ])('arrives as it was compressed with %s', async (encoding, body) => {
    const customerId = `cus-${encoding}`;
    const headers = { 'content-encoding': encoding };
    expect((await postLogs(served, { customerId, body, headers })).status).toBe(202);
    expect(await served.countedRequests(customerId)).toBe(1);
  });

  it('may come in chunks', async () => {
    const chunks = `5\r\n${batch.slice(0, 5)}\r\n${(batch.length - 5).toString(16)}\r\n${batch.slice(5)}\r\n0\r\n\r\n`;
    const lines = [
      'POST /logs HTTP/1.1',
      host,
      close,
      'x-customer-id: cus-chunks',
      'transfer-encoding: chunked',
    ];
    const answer = await sendRaw(served.baseUrl, [...lines, 'content-type: application/json'], chunks);
    expect(answer.status).toBe(202);
    expect(await served.countedRequests('cus-chunks')).toBe(1);
  });

  it('that is no JSON, or empty, is refused by the function', async () => {
    for (const body of ['"abc"', 'null', '{', '']) {
      const answer = await postLogs(served, { customerId: 'cus-none', body });
      expect([answer.status, json(answer)]).toMatchObject([400, { errorCode: 'ING_1000' }]);
    }
  });

  it('that is too large is refused by its length alone', async () => {
    const lines = ['POST /logs HTTP/1.1', host, 'x-customer-id: cus-large', 'content-length: 99999999999'];
    const answer = await sendRaw(served.baseUrl, [...lines, 'content-type: application/json']);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([413, { errorCode: 'ING_1003' }]);
  });
});

describe('an answer', () => {
  const served = useServedApp();

  it.each([
    ['GET', '/nowhere', 404, 'API_1000'],
    ['GET', '/logs', 405, 'API_1001'],
    ['GET', '/batches/%zz', 400, 'QRY_1000'],
    ['OPTIONS', '*', 400, 'QRY_1000'],
  ])('to %s %s is %s %s', async (method, target, status, errorCode) => {
    const answer = await sendRaw(served.baseUrl, [`${method} ${target} HTTP/1.1`, host, close]);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([status, { errorCode }]);
  });

  it('to HEAD has the headers and no body', async () => {
    const answer = await sendRaw(served.baseUrl, ['HEAD /openapi.json HTTP/1.1', host, close]);
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(1_000);
  });

  it('has a length, so that the connection can go on', async () => {
    const { headers } = await served.http.request('/openapi.json');
    expect(headers).not.toHaveProperty('transfer-encoding');
    const unchanged = await served.http.request('/openapi.json', {
      headers: { 'if-none-match': headers.etag ?? '' },
    });
    expect([unchanged.status, unchanged.body.length]).toEqual([304, 0]);
  });

  it('is 503, with nothing internal, where a function rejects', async () => {
    const faulty = await startServed({ functions: { health: () => Promise.reject(new Error('secret')) } });
    const answer = await faulty.http.request('/health');
    expect([answer.status, json(answer)]).toMatchObject([503, { errorCode: 'API_1003' }]);
    expect(answer.body.toString()).not.toContain('secret');
    expect(faulty.app.logLines.join()).toContain('secret');
  });
});

describe('an authorizer', () => {
  const authorizer: Authorizer = (authorization) => {
    if (authorization === undefined) return { kind: 'refused', refusal: withoutKey() };
    if (authorization !== 'Bearer good') return { kind: 'refused', refusal: keyNotValid() };
    const context = {
      customerId: 'cus-key',
      scopes: 'ingest read',
      keyId: '1',
      sharedUntil: '',
      unavailable: 'false',
    } as const;
    return { kind: 'granted', context };
  };

  it('is asked before the body arrives', async () => {
    const served = await startServed({ authorizer });
    const lines = ['POST /logs HTTP/1.1', host, 'Expect: 100-continue', 'content-length: 1000000'];
    const answer = await sendRaw(served.baseUrl, lines);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([401, { errorCode: 'API_1009' }]);
    expect(answer.headers['www-authenticate']).toBe('bearer');
    const wrong = await sendRaw(served.baseUrl, [...lines, 'Authorization: Bearer bad']);
    expect([wrong.status, JSON.parse(wrong.body)]).toMatchObject([403, { errorCode: 'API_1010' }]);
  });

  it('is not asked for pages and health', async () => {
    const served = await startServed({ authorizer });
    expect((await served.http.request('/health')).status).toBe(200);
    expect((await served.http.request('/nowhere')).status).toBe(401);
  });
});

describe('a server that stops', () => {
  it('finishes what runs, takes nothing new, and closes connections', async () => {
    const running = gate();
    const begun = gate();
    const served = await startServed({
      functions: {
        health: async () => {
          begun.open();
          await running.opened;
          return { statusCode: 200, body: 'done' };
        },
      },
    });
    const url = served.baseUrl;
    const idle = connect({ host: url.hostname, port: Number(url.port) });
    await once(idle, 'connect');
    const answer = served.http.request('/health');
    await begun.opened;
    const stopped = served.server.stop(60_000);
    await expect(sendRaw(url, ['GET /health HTTP/1.1', host])).rejects.toThrow('ECONNREFUSED');
    running.open();
    expect(await answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await stopped;
    if (!idle.closed) await once(idle, 'close');
  });

  it('ends a request that does not end itself', async () => {
    const begun = gate();
    const served = await startServed({
      functions: {
        health: () => {
          begun.open();
          return new Promise(() => {});
        },
      },
    });
    const answer = served.http.request('/health').catch((error: unknown) => error);
    await begun.opened;
    await served.server.stop(1);
    expect(await answer).toBeInstanceOf(Error);
  });
});

describe('a server that cannot listen', () => {
  it('says that the port is in use', async () => {
    const first = await startServed();
    const second = startHttpServer({
      host: 'localhost',
      port: first.server.port,
      functions: {} as never,
      authorizer: undefined,
      allowedNames: new Set(),
      limits: { maxBatchBytes: 1 },
      clock: { now: () => new Date() },
      logger: first.app.app.logger,
    });
    await expect(second).rejects.toThrow(/Another program listens at localhost:\d+/);
  });
});
