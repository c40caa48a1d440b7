import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { useEmulator } from './emulator.ts';
import { flood, tally } from './flood.ts';
import { countedRequests, entry, json, postLogs } from './requests.ts';

const emulator = useEmulator();
const mebibyte = 1_024 * 1_024;
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Sends the head of a batch, and what the test writes besides; resolves when the bytes have left. */
async function open(headers: readonly string[], body: string): Promise<Socket> {
  const socket = createConnection(Number(emulator.baseUrl.port), 'localhost').on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  const head = [
    'POST /logs HTTP/1.1',
    'host: localhost',
    'x-customer-id: cus-attack',
    'content-type: application/json',
    ...headers,
  ];
  await new Promise<void>((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => resolve()));
  return socket;
}

/** Returns everything that arrives until the connection is closed. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return text;
}

describe('connections that announce the largest body, and send one byte', () => {
  it('block no batch, large or small', async () => {
    for (let n = 0; n < 300; n++) {
      const length = Math.ceil((10 * mebibyte) / 8 ** Math.floor(n / 60)); // down to 2,560 bytes
      await open([`content-length: ${length}`, 'content-encoding: gzip'], '[');
    }
    for (const bytes of [0, 2 * mebibyte]) {
      const body = JSON.stringify([{ ...entry, path: `/${bytes}` }]).padEnd(bytes, ' ');
      expect((await postLogs(emulator, { customerId: 'cus-good', body })).status).toBe(202);
    }
    expect(await countedRequests(emulator, 'cus-good')).toBe(2);
  });
});

describe('a body that is too large', () => {
  it('is answered 413 before any of it is sent', async () => {
    const answer = await readAll(await open([`content-length: ${10 * mebibyte + 1}`], ''));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"errorCode":"ING_1003"');
    expect(answer).toMatch(/^x-request-id: \S+\r$/m);
  });

  it.each([
    ['plain', []],
    ['compressed', ['content-encoding: gzip']],
  ])('is answered 413 while it comes in chunks: %s', async (_name, headers) => {
    const socket = await open([...headers, 'transfer-encoding: chunked'], '');
    const answer = readAll(socket);
    const chunk = `${mebibyte.toString(16)}\r\n${' '.repeat(mebibyte)}\r\n`;
    for (let n = 0; n < 12; n++) socket.write(chunk);
    socket.write('0\r\n\r\n');
    expect(await answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*"errorCode":"ING_1003"/);
  });

  it('is answered 413 by the function where it is compressed', async () => {
    const body = gzipSync(' '.repeat(16 * mebibyte + 1));
    const headers = { 'content-encoding': 'gzip' };
    const answer = await postLogs(emulator, { customerId: 'cus-good', body, headers });
    expect([answer.status, json(answer)]).toMatchObject([413, { errorCode: 'ING_1003' }]);
  });
});

describe('a hundred large batches at once', () => {
  it('are all taken in their turn, or answered 503 with retry-after', async () => {
    const requests = Array.from({ length: 96 }, (_, n) => ({
      method: 'POST',
      path: '/logs',
      headers: { 'x-customer-id': 'cus-large', 'content-type': 'application/json' },
      body: JSON.stringify(
        Array.from({ length: 15_500 }, (_, index) => ({ ...entry, path: `/${n}/${index % 50}` })),
      ),
    }));
    expect(requests[0]?.body.length).toBeGreaterThan(1_600_000);
    const outcomes = await flood(emulator.baseUrl, requests);
    const { 202: taken = 0, 503: refused = 0, ...others } = tally(outcomes);
    expect(others).toEqual({});
    expect(taken + refused).toBe(96);
    expect(taken).toBeGreaterThan(40);
    for (const outcome of outcomes) {
      if ('failed' in outcome || outcome.status !== 503) continue;
      expect(outcome.headers['retry-after']).toBe('1');
      expect(JSON.parse(outcome.body)).toMatchObject({
        errorCode: 'API_1002',
        errorCategory: 'AVAILABILITY',
      });
    }
    expect(await countedRequests(emulator, 'cus-large')).toBe(taken * 15_500);
  });
});
