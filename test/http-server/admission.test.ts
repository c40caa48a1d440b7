import { once } from 'node:events';
import {
  createServer,
  request,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Admission, type AdmissionLimits } from '../../http-server/admission.ts';

const kibibyte = 1_024;
const mebibyte = 1_024 * kibibyte;
const limits = { maxBatchBytes: 2 * mebibyte, largeBytes: 4 * mebibyte, smallBytes: 64 * kibibyte };
const batch = { 'content-type': 'application/json' };

interface Seen {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

let close = async (): Promise<void> => {};
afterEach(() => close());

/** Starts a server behind an admission. The test sees requests when they are passed on, and answers them. */
async function listen(given: AdmissionLimits = limits) {
  const seen: Seen[] = [];
  const sent: ClientRequest[] = [];
  const server = createServer((request, response) => seen.push({ request, response }));
  const admission = new Admission(given);
  admission.guard(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  close = async () => {
    for (const each of sent) each.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };

  /** Begins a request; the test writes its body. */
  function begin(headers: Record<string, string | number>, path = '/logs'): Sending {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path,
      agent: false,
      headers: { ...batch, ...headers },
    });
    sent.push(outgoing);
    const answer = new Promise<Answer>((resolve, reject) => {
      outgoing.on('error', reject);
      outgoing.on('response', (response) => void read(response).then(resolve, reject));
    });
    answer.catch(() => undefined); // if a test ignores it
    outgoing.flushHeaders();
    return { outgoing, answer };
  }
  /** Sends a whole body. */
  function send(bytes: number, path?: string): Sending {
    const sending = begin({ 'content-length': bytes }, path);
    sending.outgoing.end(Buffer.alloc(bytes, ' '));
    return sending;
  }
  async function passedOn(requests: number): Promise<void> {
    while (seen.length < requests) await nextTurn();
  }
  async function answerAll(): Promise<void> {
    for (const { request, response } of seen.splice(0)) {
      let bytes = 0;
      for await (const chunk of request) bytes += (chunk as Buffer).length;
      response.end(String(bytes));
    }
  }
  return { admission, begin, send, seen, passedOn, answerAll, connections: () => sent.length };
}

interface Sending {
  readonly outgoing: ClientRequest;
  readonly answer: Promise<Answer>;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function read(response: IncomingMessage): Promise<Answer> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  return { status: response.statusCode, headers: response.headers, body };
}

/** Waits until everything under way on connections within this process has happened. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await nextTurn();
}

describe('what bodies announce', () => {
  it('takes nothing from others: forty bodies of which one byte has come', async () => {
    const { begin, send, passedOn, answerAll } = await listen();
    for (let body = 0; body < 40; body++) begin({ 'content-length': 1_900 * kibibyte }).outgoing.write(' ');
    await settle();
    const large = send(1_500 * kibibyte);
    const small = send(100);
    await passedOn(2);
    await answerAll();
    expect((await large.answer).body).toBe(String(1_500 * kibibyte));
    expect((await small.answer).body).toBe('100');
  });

  it.each([
    ['a plain batch', {}, '/logs', 2 * mebibyte],
    ['a plain batch, with parameters', {}, '/logs?invalid=set-aside', 2 * mebibyte],
    ['a compressed batch', { 'content-encoding': 'gzip' }, '/logs', 10 * mebibyte],
    ['a batch that is called gzip', { 'content-type': 'application/gzip' }, '/logs', 10 * mebibyte],
    ['anything else', {}, '/other', 10 * mebibyte],
  ])('is answered 413 at once where it is too much for %s', async (_name, headers, path, most) => {
    const { begin, passedOn } = await listen();
    const { answer } = begin({ ...headers, 'content-length': most + 1 }, path);
    const { status, headers: answered, body } = await answer;
    expect([status, JSON.parse(body)]).toMatchObject([
      413,
      { errorCode: 'ING_1003', errorCategory: 'LIMIT' },
    ]);
    expect(answered).toMatchObject({
      connection: 'close',
      'x-request-id': (JSON.parse(body) as { requestId: string }).requestId,
    });
    begin({ ...headers, 'content-length': most }, path).outgoing.end(Buffer.alloc(most));
    await passedOn(1);
  });

  it('is answered with 413 before the client is told to continue', async () => {
    const { begin } = await listen();
    const { outgoing, answer } = begin({ 'content-length': 3 * mebibyte, expect: '100-continue' });
    let isContinued = false;
    outgoing.on('continue', () => (isContinued = true));
    expect((await answer).status).toBe(413);
    expect(isContinued).toBe(false);
  });
});

it.each([
  ['a plain batch', {}, 3],
  ['a compressed batch', { 'content-encoding': 'gzip' }, 12],
])(
  'answers 413 to %s in chunks as soon as it is too large, and lets the client read that',
  async (_name, headers, mebibytes) => {
    const { begin, seen } = await listen({ ...limits, largeBytes: 20 * mebibyte });
    const { outgoing, answer } = begin({ ...headers, 'transfer-encoding': 'chunked' });
    for (let chunk = 0; chunk < mebibytes; chunk++) outgoing.write(Buffer.alloc(mebibyte));
    outgoing.end();
    expect((await answer).status).toBe(413);
    expect(seen).toEqual([]);
  },
);

it('passes a body on when it is whole, as it was sent', async () => {
  const { begin, seen, passedOn, answerAll } = await listen();
  const { outgoing, answer } = begin({ 'transfer-encoding': 'chunked' });
  outgoing.write('abc');
  await settle();
  expect(seen).toEqual([]);
  outgoing.end('def');
  await passedOn(1);
  await answerAll();
  expect((await answer).body).toBe('6');
});

it('tells a client to continue if it asks', async () => {
  const { begin, passedOn, answerAll } = await listen();
  const { outgoing, answer } = begin({ 'content-length': 6, expect: '100-continue' });
  await once(outgoing, 'continue');
  outgoing.end('abcdef');
  await passedOn(1);
  await answerAll();
  expect((await answer).body).toBe('6');
});

describe('where the memory for bodies is used up', () => {
  it('has large ones wait, the oldest first, and lets small ones pass', async () => {
    const { send, seen, passedOn, answerAll } = await listen();
    const held = [send(2 * mebibyte), send(2 * mebibyte)];
    await passedOn(2);
    const waiting = [send(1_500 * kibibyte), send(1_600 * kibibyte)];
    await settle();
    const small = send(1_000);
    await passedOn(3);
    const lengths = seen.map(({ request }) => request.headers['content-length']);
    expect(lengths.at(-1)).toBe('1000');
    await answerAll();
    await passedOn(2);
    await answerAll();
    const answers = await Promise.all([...held, ...waiting, small].map(({ answer }) => answer));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('completes the oldest, when parts of bodies have used it up', async () => {
    const { begin, send, answerAll } = await listen();
    const parts = Array.from({ length: 4 }, () => begin({ 'content-length': 1_500 * kibibyte }));
    for (const { outgoing } of parts) outgoing.write(Buffer.alloc(1_200 * kibibyte));
    await settle();
    const next = send(100 * kibibyte);
    for (const { outgoing } of parts) outgoing.end(Buffer.alloc(300 * kibibyte));
    const all = Promise.all([...parts, next].map(({ answer }) => answer));
    while ((await Promise.race([all, nextTurn('not yet')])) === 'not yet') await answerAll();
    expect((await next.answer).status).toBe(200);
  });

  it('answers 503 to what has waited for so long, and lets the client read that', async () => {
    const { admission, send, passedOn } = await listen();
    for (let body = 0; body < 2; body++) send(2 * mebibyte);
    await passedOn(2);
    const waiting = send(1_500 * kibibyte);
    await settle();
    for (let second = 0; second < 20; second++) admission.passed(1);
    await settle();
    admission.passed(1);
    const { status, headers, body } = await waiting.answer;
    expect([status, headers['retry-after'], JSON.parse(body)]).toMatchObject([
      503,
      '1',
      { errorCode: 'API_1002' },
    ]);
  });

  it('answers 503 at once where too many are being received', async () => {
    const { begin, send } = await listen({ ...limits, maxSmallBodies: 3 });
    for (let body = 0; body < 3; body++) begin({ 'content-length': 100 });
    await settle();
    expect(await send(100).answer).toMatchObject({
      status: 503,
      headers: { 'content-type': 'application/json', 'retry-after': '1' },
    });
    // In JSON, rsyslog would take it for a final refusal.
    expect(await send(100, '/access/_bulk?pretty').answer).toMatchObject({
      status: 503,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' },
    });
  });

  it('takes memory from bodies that do not arrive, and gives it to those that wait', async () => {
    const { admission, begin, send, passedOn, answerAll } = await listen();
    const stalled = Array.from({ length: 4 }, () => begin({ 'content-length': 1_900 * kibibyte }));
    for (const { outgoing } of stalled) outgoing.write(Buffer.alloc(1_200 * kibibyte));
    await settle();
    admission.passed(2); // the time in which they arrived
    const good = send(1_500 * kibibyte);
    await settle();
    for (let look = 0; look < 5; look++) {
      admission.passed(2);
      await settle();
    }
    await passedOn(1);
    expect((await stalled[0]?.answer)?.status).toBe(503);
    await answerAll();
    expect((await good.answer).status).toBe(200);
  });
});

describe('a body that comes too slowly', () => {
  it('is answered 408, and its connection closed', async () => {
    const { admission, begin } = await listen();
    const { outgoing, answer } = begin({ 'content-length': mebibyte });
    for (let second = 0; second < 10; second++) {
      outgoing.write(' ');
      await settle();
      admission.passed(1);
    }
    const { status, headers, body } = await answer;
    expect([status, JSON.parse(body)]).toMatchObject([408, { errorCode: 'API_1008' }]);
    expect(headers.connection).toBe('close');
  });

  it('is detected even if its start arrived fast', async () => {
    const { admission, begin } = await listen();
    const { outgoing, answer } = begin({ 'content-length': mebibyte });
    outgoing.write(Buffer.alloc(mebibyte / 2));
    await settle();
    for (let second = 0; second < 20; second++) admission.passed(1);
    expect((await answer).status).toBe(408);
  });

  it('may take its time as long as it goes on, but not forever', async () => {
    const { admission, begin } = await listen();
    const { outgoing, answer } = begin({ 'content-length': 2 * mebibyte });
    let status: number | undefined;
    void answer.then((answered) => (status = answered.status));
    for (let look = 0; look < 12; look++) {
      expect(status).toBeUndefined();
      outgoing.write(Buffer.alloc(101_000));
      await settle();
      admission.passed(10);
      await settle();
    }
    outgoing.write(Buffer.alloc(101_000));
    await settle();
    admission.passed(1);
    expect((await answer).status).toBe(408);
  });
});

it('releases the memory of clients that have gone', async () => {
  const { begin, send, answerAll } = await listen();
  const gone = Array.from({ length: 3 }, () => begin({ 'content-length': 1_900 * kibibyte }));
  for (const { outgoing } of gone) outgoing.write(Buffer.alloc(1_500 * kibibyte));
  await settle();
  for (const { outgoing } of gone) outgoing.destroy();
  // The server may learn late that a client has gone; then the second body waits for the work on the first to end.
  for (const { answer } of [send(2 * mebibyte), send(2 * mebibyte)]) {
    const statuses: (number | undefined)[] = [];
    void answer.then(({ status }) => statuses.push(status));
    while (statuses.length === 0) {
      await nextTurn();
      await answerAll();
    }
    expect(statuses).toEqual([200]);
  }
});
