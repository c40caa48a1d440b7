import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { standBeforeServers } from '../../http-server/gate.ts';
import { sendRaw } from '../e2e/raw-request.ts';

let removeGate: () => void;
let server: Server;
/** The events that reached a listener. */
const seen: string[] = [];

beforeEach(async () => {
  seen.length = 0;
  removeGate = standBeforeServers(new Set(['pipeline']));
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  removeGate();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function listenTo(event: 'request' | 'checkContinue'): void {
  server.on(event, (_request: IncomingMessage, response: ServerResponse) => {
    seen.push(event);
    response.setHeader('connection', 'close').end('served');
  });
}

function listenToSockets(event: 'upgrade' | 'connect'): void {
  server.on(event, (_request: unknown, socket: Socket) => {
    seen.push(event);
    socket.end('HTTP/1.1 200 OK\r\n\r\n');
  });
}

const send = (lines: readonly string[], body?: string) => {
  return sendRaw(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), lines, body);
};

describe('every server of the process', () => {
  it('gets what may pass', async () => {
    listenTo('request');
    expect(await send(['GET / HTTP/1.1', 'Host: pipeline'])).toMatchObject({ status: 200, body: 'served' });
  });

  it.each([
    ['request', ['GET /health HTTP/1.1', 'Host: evil.example']],
    ['request', ['GET /health HTTP/1.1', 'Host: evil.example', 'Expect: something']],
    [
      'checkContinue',
      ['POST /x HTTP/1.1', 'Host: evil.example', 'Expect: 100-continue', 'Content-Length: 9'],
    ],
    ['upgrade', ['GET / HTTP/1.1', 'Host: evil.example', 'Upgrade: websocket', 'Connection: upgrade']],
    ['upgrade', ['GET / HTTP/1.1', 'Host: pipeline', 'Origin: null', 'Upgrade: h2c', 'Connection: upgrade']],
  ] as const)('has no %s that is refused: %j', async (event, lines) => {
    if (event === 'upgrade') listenToSockets(event);
    else listenTo(event);
    const answer = await send(lines);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ errorCode: 'API_1004' });
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(seen).toEqual([]);
  });

  it('connects nobody to another host', async () => {
    listenToSockets('connect');
    expect((await send(['CONNECT evil.example:443 HTTP/1.1', 'Host: pipeline'])).status).toBe(400);
    expect(seen).toEqual([]);
  });

  it('is guarded even if its listeners are replaced later', async () => {
    listenTo('request');
    await send(['GET / HTTP/1.1', 'Host: pipeline']);
    server.removeAllListeners('request');
    listenTo('request');
    expect((await send(['GET / HTTP/1.1', 'Host: evil.example'])).status).toBe(403);
    expect(seen).toEqual(['request']);
  });

  it('keeps nothing of a refused request for the next one on its connection', async () => {
    listenTo('request');
    const smuggled = 'GET / HTTP/1.1\r\nHost: pipeline\r\n\r\n';
    const head = ['POST /logs HTTP/1.1', 'Host: evil.example', `Content-Length: ${smuggled.length}`];
    const answer = await send(head, smuggled);
    expect(answer).toMatchObject({ status: 403, headers: { connection: 'close' } });
    expect(answer.body).not.toContain('served');
    expect(seen).toEqual([]);
  });
});

describe('an answer of the gate', () => {
  it('reaches a client that has a large body to send', async () => {
    const body = 'x'.repeat(4 * 1024 * 1024);
    const head = ['POST /logs HTTP/1.1', 'Host: evil.example', `Content-Length: ${body.length}`];
    expect((await send(head, body)).status).toBe(403);
  });

  it('has the request id of the request, if that is valid', async () => {
    const head = ['GET / HTTP/1.1', 'Host: evil.example'];
    const { headers, body } = await send([...head, 'x-request-id: mine-1']);
    expect([headers['x-request-id'], JSON.parse(body)]).toMatchObject(['mine-1', { requestId: 'mine-1' }]);
    const other = await send([...head, 'x-request-id: not mine']);
    expect(other.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['ING_1000', ['POST /logs HTTP/1.1', 'Host: pipeline', 'Content-Length: 2', 'Content-Length: 2']],
    [
      'ING_1000',
      ['POST /logs HTTP/1.1', 'Host: pipeline', 'Content-Length: 2', 'Transfer-Encoding: chunked'],
    ],
    ['QRY_1000', ['GET / HTTP/1.1', 'Host : pipeline']],
    ['QRY_1000', ['GET / HTTP/1.1', 'Host: pipeline', `x: ${'x'.repeat(17_000)}`]],
    ['QRY_1000', ['hello']],
  ])('is %s where the bytes are no request: %j', async (errorCode, lines) => {
    listenTo('request');
    const answer = await send(lines);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ errorCode, requestId: answer.headers['x-request-id'] });
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(seen).toEqual([]);
  });

  const chunked = [
    'POST /logs HTTP/1.1',
    'Host: pipeline',
    'Transfer-Encoding: chunked',
    'X-Request-Id: r-1',
  ];

  it('is that of the request where the bytes are no body, as long as nobody has begun to answer', async () => {
    server.on('request', (request: IncomingMessage) => request.on('error', () => {}).resume());
    const { status, headers, body } = await send(chunked, 'zz\r\n');
    expect([status, headers['x-request-id']]).toEqual([400, 'r-1']);
    expect(JSON.parse(body)).toMatchObject({ errorCode: 'ING_1000', requestId: 'r-1' });
  });

  it('is not written into an answer that has begun', async () => {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      request.on('error', () => {}).resume();
      response.write('served');
    });
    const { body } = await send(chunked, 'zz\r\n');
    expect(body).not.toContain('ING_1000');
  });

  describe('to bytes behind whole requests', () => {
    const garbage = ['GET /last HTTP/1.1', 'Host : pipeline'];

    it.each([
      ['that are no request', ['', ...garbage], ''],
      ['that are no body', ['', ...chunked], 'zz\r\n'],
    ])('is not written in the place of the answers to these: %s', async (_name, lines, body) => {
      server.on('request', (request: IncomingMessage, response: ServerResponse) => {
        request.on('error', () => {}).resume();
        if (request.method === 'GET') setTimeout(() => response.end(`served ${request.url}`), 100);
      });
      const requests = ['/first', '/second'].map((path) => [`GET ${path} HTTP/1.1`, 'Host: pipeline']);
      const [first = [], second = []] = requests;
      const { status, body: answers } = await send([...first, '', ...second, ...lines], body);
      expect(status).toBe(200);
      expect(answers).toMatch(/served \/first[^]*connection: close[^]*served \/second$/i);
    });
  });
});
