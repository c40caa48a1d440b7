import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { ConnectionFailed, createHttpClient } from '../../client/http-client.ts';

/** Starts a server that answers once on each connection and ends it when another request comes there. */
async function startImpatientServer(): Promise<{ readonly url: URL; readonly connections: Set<Socket> }> {
  const connections = new Set<Socket>();
  const server = createServer((request, response) => {
    if (connections.has(request.socket)) {
      request.socket.resetAndDestroy();
    } else {
      connections.add(request.socket);
      response.end('answered');
    }
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), connections };
}

it.each([
  ['reads', {}],
  ['sends', { method: 'POST', headers: { 'idempotency-key': 'a' }, body: 'x' }],
])('%s again on another connection where the server has closed an idle one', async (_verb, request) => {
  const { url, connections } = await startImpatientServer();
  const client = createHttpClient(url, 1);
  onTestFinished(() => client.close());
  await client.request('/');
  expect((await client.request('/', request)).body.toString()).toBe('answered');
  expect(connections.size).toBe(2);
});

it('leaves it to the caller whether to send again without a key', async () => {
  const { url } = await startImpatientServer();
  const client = createHttpClient(url, 1);
  onTestFinished(() => client.close());
  await client.request('/');
  await expect(client.request('/', { method: 'POST', body: 'x' })).rejects.toThrow(ConnectionFailed);
});
