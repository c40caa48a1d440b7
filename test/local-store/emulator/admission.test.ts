import { once } from 'node:events';
import { createServer, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Admission } from '../../../local-store/emulator/admission.ts';

const mebibyte = 1024 * 1024;
/** Reads bodies and never answers: every request stays under way. */
const server = createServer((incoming) => received.add(incoming.resume()));
const received = new Set<IncomingMessage>();
const sent: ClientRequest[] = [];

beforeEach(async () => {
  received.clear();
  new Admission().guard(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  for (const each of sent.splice(0)) each.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** Says how long its body is, and sends none of it. */
function announce(headers: Record<string, string>): ClientRequest {
  const { port } = server.address() as AddressInfo;
  const outgoing = request({ host: '127.0.0.1', port, method: 'POST', headers }).on('error', () => {});
  outgoing.flushHeaders();
  sent.push(outgoing);
  return outgoing;
}

it('answers 503 before it reads the body of a request that would be too much, until others have ended', async () => {
  const large = { 'content-length': String(10 * mebibyte) };
  const bodies = Array.from({ length: 25 }, () => announce(large));
  await underWay(25);

  const [refused] = (await once(announce(large), 'response')) as [IncomingMessage];
  expect(refused.statusCode).toBe(503);
  expect(refused.headers).toMatchObject({ 'retry-after': '1', connection: 'close' });

  bodies[0]?.destroy();
  while ((await connections()) > 24) await nextTurn();
  const admitted = once(server, 'request');
  announce(large);
  await admitted;
});

it('takes a body for one of the largest batches where its length is not said before', async () => {
  const unsaid = { 'transfer-encoding': 'chunked' };
  for (let body = 0; body < 128; body++) announce(unsaid);
  await underWay(128);
  const [refused] = (await once(announce(unsaid), 'response')) as [IncomingMessage];
  expect(refused.statusCode).toBe(503);
});

async function underWay(bodies: number): Promise<void> {
  while (received.size < bodies) await nextTurn();
}

function connections(): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
