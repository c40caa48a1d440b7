import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { ConnectionFailed } from '../../client/http-client.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { Emulator } from './emulator.ts';
import { json } from './requests.ts';

/** All of them ended long ago, so that nothing but what waits keeps them from being complete. */
const minutes = [
  '2025-12-28T18:03:00Z',
  '2025-12-28T18:04:00Z',
  '2025-12-28T19:00:00Z',
  '2025-12-29T00:00:00Z',
];
const range = { from: '2025-12-01T00:00:00Z', to: '2026-01-01T00:00:00Z' };
const sizes = ['minute', 'hour', 'day'] as const;
const customers = ['cus-a', 'cus-b'];

interface Sent {
  readonly customerId: string;
  readonly minute: string;
  readonly entries: number;
  /** When 202 or 409 came; `undefined` if no answer did. */
  acceptedAt?: number;
}

/** The counts of an answer for one window, or for the whole range. */
interface Said {
  readonly customerId: string;
  readonly window: string;
  /** Reports whether the minute is in the window. */
  readonly holds: (minute: string) => boolean;
  readonly askedAt: number;
  readonly countedThrough: number;
  readonly requests: number;
  readonly complete: boolean;
}

const seed = 7;

/**
 * The two laws of an answer: when it is complete it holds all that was accepted before it was asked for, and whatever
 * it is, all that was accepted before `countedThrough`.
 */
it(`never says more than it holds, under random traffic and kills (seed ${seed})`, async () => {
  const emulator = new Emulator({});
  onTestFinished(() => emulator.remove());
  const random = randomNumbers(seed);
  const sent: Sent[] = [];
  const said: Said[] = [];
  const wrong: string[] = [];
  const over = new AbortController();

  async function write(customerId: string): Promise<void> {
    while (!over.signal.aborted) {
      const minute = minutes[Math.floor(random() * minutes.length)] ?? '';
      const batch: Sent = { customerId, minute, entries: 1 + Math.floor(random() * 50) };
      sent.push(batch);
      const body = Array.from({ length: batch.entries }, (_, n) => ({
        receivedAt: minute,
        method: 'GET',
        path: `/${n}`,
        userAgent: 'curl/8',
      }));
      const headers = {
        'x-customer-id': customerId,
        'content-type': 'application/json',
        'idempotency-key': `${customerId}-${sent.length}`,
      };
      const answer = await attempt(() =>
        emulator.http.request('/logs', { method: 'POST', headers, body: JSON.stringify(body) }),
      );
      if (answer?.status === 202) batch.acceptedAt = Date.now();
      else await sleep(20);
    }
  }

  async function read(customerId: string): Promise<void> {
    while (!over.signal.aborted) {
      for (const size of sizes) await readWindows(customerId, size);
      await readTotal(customerId);
    }
  }

  async function ask(customerId: string, path: string, query: Record<string, string>) {
    const askedAt = Date.now();
    const url = `${path}?${new URLSearchParams({ ...range, ...query }).toString()}`;
    const answer = await attempt(() =>
      emulator.http.request(url, { headers: { 'x-customer-id': customerId } }),
    );
    if (answer?.status !== 200) {
      await sleep(20);
      return undefined;
    }
    const body = json(answer) as {
      countedThrough: string | null;
      windows: { windowStart: string; requests: number; complete: boolean }[];
      requests: number;
      complete: boolean;
    };
    const countedThrough = body.countedThrough === null ? 0 : Date.parse(body.countedThrough);
    return { ...body, customerId, askedAt, countedThrough };
  }

  async function readWindows(customerId: string, size: (typeof sizes)[number]): Promise<void> {
    const answer = await ask(customerId, '/aggregates', { window: size });
    if (answer === undefined) return;
    const { askedAt, countedThrough, windows } = answer;
    const length = { minute: 16, hour: 13, day: 10 }[size];
    const starts = new Set(minutes.map((minute) => minute.slice(0, length)));
    for (const start of starts) {
      const window = windows.find(({ windowStart }) => windowStart.startsWith(start));
      const { requests = 0, complete = false } = window ?? {};
      const holds = (minute: string) => minute.startsWith(start);
      check({ customerId, window: `${size} ${start}`, holds, askedAt, countedThrough, requests, complete });
    }
  }

  async function readTotal(customerId: string): Promise<void> {
    const answer = await ask(customerId, '/aggregates/total', {});
    if (answer === undefined) return;
    const { askedAt, countedThrough, requests, complete } = answer;
    check({ customerId, window: 'total', holds: () => true, askedAt, countedThrough, requests, complete });
  }

  function check(answer: Said): void {
    said.push(answer);
    const acceptedBefore = (instant: number) =>
      sent
        .filter(({ customerId, minute }) => customerId === answer.customerId && answer.holds(minute))
        .filter(({ acceptedAt }) => acceptedAt !== undefined && acceptedAt < instant)
        .reduce((sum, { entries }) => sum + entries, 0);
    const least = Math.max(
      acceptedBefore(answer.countedThrough),
      answer.complete ? acceptedBefore(answer.askedAt) : 0,
    );
    if (answer.requests < least)
      wrong.push(
        `${answer.customerId} ${answer.window}: ${answer.requests} of ${least}, ${JSON.stringify(answer)}`,
      );
  }

  await emulator.start();
  const work = customers.flatMap((customerId) => [write(customerId), write(customerId), read(customerId)]);
  const accepted = () => sent.filter(({ acceptedAt }) => acceptedAt !== undefined).length;
  for (let life = 0; life < 4; life += 1) {
    const enough = accepted() + 50 + Math.floor(random() * 200);
    while (accepted() < enough) await sleep(5);
    await emulator.crash();
    await emulator.start();
  }
  const enough = accepted() + 200;
  while (accepted() < enough) await sleep(5);
  over.abort();
  await Promise.all(work);

  // The end: everything is complete by itself, and nothing is counted twice.
  for (const customerId of customers) {
    for (;;) {
      const answer = await ask(customerId, '/aggregates/total', {});
      if (answer?.complete === true) break;
      await sleep(50);
    }
    await readTotal(customerId);
  }
  expect(wrong).toEqual([]);
  const complete = said.filter(({ complete }) => complete);
  expect(complete.length).toBeGreaterThan(0);
  const known = said.filter(({ countedThrough }) => countedThrough > 0);
  expect(known.length).toBeGreaterThan(said.length / 2);
});

async function attempt<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof ConnectionFailed) return undefined;
    throw error;
  }
}
