import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useEmulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import {
  december,
  entry,
  json,
  postAnyway,
  postLogs,
  rolledUpRequests,
  type PostedBatch,
} from './requests.ts';

const emulator = useEmulator({ env: { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: '20' } });

const batchOf = (customerId: string, key: string, instants: readonly string[]): PostedBatch => ({
  customerId,
  body: instants.map((receivedAt, index) => ({ ...entry, receivedAt, path: `/${index % 3}` })),
  headers: { 'idempotency-key': key },
});

async function send(customerId: string, key: string, instants: readonly string[]): Promise<void> {
  const { status } = await postLogs(emulator, batchOf(customerId, key, instants));
  expect(status).toBe(202);
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
  expect(await rolledUpRequests(emulator, customerId, 5)).toEqual({
    hours,
    days: { '2025-12-27T00:00:00Z': 1, '2025-12-28T00:00:00Z': 4 },
  });

  await send(customerId, 'later', ['2025-12-28T18:00:01Z', '2025-12-28T18:30:00Z']);
  expect(await rolledUpRequests(emulator, customerId, 7)).toEqual({
    hours: { ...hours, '2025-12-28T18:00:00Z': 4 },
    days: { '2025-12-27T00:00:00Z': 1, '2025-12-28T00:00:00Z': 6 },
  });
  const query = new URLSearchParams({ window: 'day', ...december, from: '2025-12-28T00:00:00Z' }).toString();
  const headers = { 'x-customer-id': customerId };
  // The counts are visible before the notifications of their minutes are done.
  await expect
    .poll(async () => json(await emulator.http.request(`/aggregates?${query}`, { headers })))
    .toMatchObject({
      windows: [
        { windowSize: 'day', requestsByPath: { 'GET /0': 2, 'GET /1': 3, 'GET /2': 1 }, complete: true },
      ],
    });
});

/** Crashes from the first hour to the finished message; each leaves something to those after it. */
const crashes = [
  { CRASH_AT: 'before put object aggregates/hour/', CRASH_NTH: '3' },
  { CRASH_AT: 'after put object aggregates/hour/', CRASH_NTH: '4' },
  { CRASH_AT: 'after put object aggregates/day/', CRASH_NTH: '1' },
  { CRASH_AT: 'before delete messages roll-up', CRASH_NTH: '1' },
];

it('rolls up exactly what was counted, however often it is killed', async () => {
  const customerId = 'cus-killed';
  const minutes = Array.from({ length: 24 }, (_, at) =>
    new Date(Date.parse('2025-12-10T20:58:00Z') + at * 17 * 60_000).toISOString(),
  );
  await emulator.end();
  const sending: Promise<void>[] = [];
  for (const [round, crash] of crashes.entries()) {
    await emulator.launch({ ...loading('crash-at.mjs'), ...crash });
    // Leftovers of the round before can kill it before it accepts the batch; then the next one accepts it.
    sending.push(sendUntilTaken(customerId, `${round}`, minutes.slice(round * 4)));
    expect((await emulator.ended).exitCode).toBeNull();
  }
  // Later than the time for which leftovers of the last round are hidden.
  await emulator.start({ ...loading('shifted-clock.mjs'), CLOCK_OFFSETS: '60' });
  await Promise.all(sending);
  const sent = crashes.flatMap((_, round) => minutes.slice(round * 4));
  expect(await rolledUpRequests(emulator, customerId, sent.length)).toEqual({
    hours: countBy(sent, (minute) => `${minute.slice(0, 13)}:00:00Z`),
    days: countBy(sent, (minute) => `${minute.slice(0, 10)}T00:00:00Z`),
  });
});

async function sendUntilTaken(customerId: string, key: string, instants: readonly string[]): Promise<void> {
  for (;;) {
    const status = (await postAnyway(emulator, batchOf(customerId, key, instants)))?.status;
    if (status === 202 || status === 409) return;
    expect(status).toBeUndefined();
    await sleep(50);
  }
}

function countBy(instants: readonly string[], startOf: (instant: string) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const start of instants.map(startOf)) counts[start] = (counts[start] ?? 0) + 1;
  return counts;
}
