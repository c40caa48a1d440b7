import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useEmulator } from './emulator.ts';
import { december, entry, json, postLogs } from './requests.ts';

const emulator = useEmulator({ env: { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: '20' } });

interface AnsweredWindow {
  readonly windowStart: string;
  readonly requests: number;
  readonly requestsByPath: Readonly<Record<string, number>>;
}

type Size = 'minute' | 'hour' | 'day';

async function windowsOf(customerId: string, window: Size): Promise<readonly AnsweredWindow[]> {
  const query = new URLSearchParams({ window, ...december }).toString();
  const headers = { 'x-customer-id': customerId };
  const answer = await emulator.http.request(`/aggregates?${query}`, { headers });
  return (json(answer) as { windows: AnsweredWindow[] }).windows;
}

/** Requests by the start of their window. */
async function requestsOf(customerId: string, window: Size): Promise<Record<string, number>> {
  const windows = await windowsOf(customerId, window);
  return Object.fromEntries(windows.map(({ windowStart, requests }) => [windowStart, requests]));
}

async function send(customerId: string, key: string, instants: readonly string[]): Promise<void> {
  const body = instants.map((receivedAt, index) => ({ ...entry, receivedAt, path: `/${index % 3}` }));
  const { status } = await postLogs(emulator, { customerId, body, headers: { 'idempotency-key': key } });
  expect(status).toBe(202);
}

/** The sums of its hours and of its days, when these have at least so many requests. */
async function sumsOf(customerId: string, requests: number): Promise<Record<'hours' | 'days', object>> {
  for (;;) {
    const days = await requestsOf(customerId, 'day');
    const sum = Object.values(days).reduce((total, each) => total + each, 0);
    if (sum >= requests) return { hours: await requestsOf(customerId, 'hour'), days };
    await sleep(50);
  }
}

it('shows an update in its hour and its day, also after late data', async () => {
  const customerId = 'cus-hours';
  await send(customerId, 'first', [
    '2025-12-27T23:59:59Z',
    '2025-12-28T00:00:00Z',
    '2025-12-28T18:00:00Z',
    '2025-12-28T18:59:59.999Z',
    '2025-12-28T19:00:00Z',
  ]);
  const hours = {
    '2025-12-27T23:00:00Z': 1,
    '2025-12-28T00:00:00Z': 1,
    '2025-12-28T18:00:00Z': 2,
    '2025-12-28T19:00:00Z': 1,
  };
  expect(await sumsOf(customerId, 5)).toEqual({
    hours,
    days: { '2025-12-27T00:00:00Z': 1, '2025-12-28T00:00:00Z': 4 },
  });

  await send(customerId, 'later', ['2025-12-28T18:00:01Z', '2025-12-28T18:30:00Z']);
  expect(await sumsOf(customerId, 7)).toEqual({
    hours: { ...hours, '2025-12-28T18:00:00Z': 4 },
    days: { '2025-12-27T00:00:00Z': 1, '2025-12-28T00:00:00Z': 6 },
  });
  const [, day] = await windowsOf(customerId, 'day');
  expect(day?.requestsByPath).toEqual({ 'GET /0': 2, 'GET /1': 3, 'GET /2': 1 });
});

it('rolls up exactly what was counted, however often it is killed', async () => {
  const customerId = 'cus-killed';
  const minutes = Array.from({ length: 24 }, (_, at) =>
    new Date(Date.parse('2025-12-10T20:58:00Z') + at * 17 * 60_000).toISOString(),
  );
  for (let round = 0; round < 4; round++) {
    await send(customerId, `${round}`, minutes.slice(round * 4));
    // At different places of the way: before the roll-up begins, and while it is under way.
    await sleep(round * 700);
    await emulator.crash();
    await emulator.start();
  }
  const sent = [0, 1, 2, 3].flatMap((round) => minutes.slice(round * 4));
  expect(await sumsOf(customerId, sent.length)).toEqual({
    hours: countBy(sent, (minute) => `${minute.slice(0, 13)}:00:00Z`),
    days: countBy(sent, (minute) => `${minute.slice(0, 10)}T00:00:00Z`),
  });
});

function countBy(instants: readonly string[], startOf: (instant: string) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const start of instants.map(startOf)) counts[start] = (counts[start] ?? 0) + 1;
  return counts;
}
