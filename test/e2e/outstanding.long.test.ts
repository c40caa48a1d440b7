import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import {
  countedWindows,
  entry,
  json,
  postLogs,
  rolledUpRequests,
  total,
  type AnsweredTotal,
} from './requests.ts';

async function started(env: Readonly<Record<string, string>> = {}): Promise<Emulator> {
  const emulator = new Emulator({});
  onTestFinished(() => emulator.remove());
  await emulator.start(env);
  return emulator;
}

async function send(emulator: Emulator, customerId: string, key: string, body: readonly object[] = [entry]) {
  const { status } = await postLogs(emulator, { customerId, body, headers: { 'idempotency-key': key } });
  expect(status).toBe(202);
}

async function complete(emulator: Emulator, customerId: string): Promise<AnsweredTotal> {
  for (;;) {
    const answer = await total(emulator, customerId);
    if (answer.complete) return answer;
    await sleep(50);
  }
}

async function windowsOf({ http }: Emulator, customerId: string, window: string) {
  const query = new URLSearchParams({
    window,
    from: '2025-12-28T00:00:00Z',
    to: '2025-12-29T00:00:00Z',
  }).toString();
  const answer = await http.request(`/aggregates?${query}`, { headers: { 'x-customer-id': customerId } });
  return json(answer) as {
    countedThrough: string | null;
    windows: { requests: number; complete: boolean }[];
  };
}

it('never calls a total complete that is short, while 200,000 entries are counted', async () => {
  const emulator = await started();
  const [batches, entriesEach] = [20, 10_000];
  const days = Array.from({ length: 10 }, (_, day) => `2025-12-${String(day + 10)}`);
  const entries = (batch: number) =>
    Array.from({ length: entriesEach }, (_, n) => ({
      ...entry,
      path: '/',
      receivedAt: `${days[n % days.length]}T${String(batch).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:00Z`,
    }));
  let accepted = 0;
  const sending = (async () => {
    for (let batch = 0; batch < batches; batch += 1) {
      await send(emulator, 'cus-ship', String(batch), entries(batch));
      accepted += entriesEach;
    }
  })();
  for (let isOver = false; !isOver;) {
    const before = accepted;
    const answer = await total(emulator, 'cus-ship');
    if (answer.complete) expect(answer.requests).toBeGreaterThanOrEqual(before);
    isOver = answer.complete && answer.requests === batches * entriesEach;
  }
  await sending;
  expect(await total(emulator, 'cus-ship')).toMatchObject({
    requests: batches * entriesEach,
    complete: true,
    waiting: 0,
  });
});

it('is right at once after a kill and a restart, for what waits to be counted and to be rolled up', async () => {
  // One dies with the record on its stream, the other with the minute written and its hour not.
  for (const at of ['before put object aggregates/minute/', 'before put object aggregates/hour/']) {
    const emulator = await started({ ...loading('crash-at.mjs'), CRASH_AT: at });
    await send(emulator, 'cus-killed', 'a').catch(() => undefined);
    expect((await emulator.ended).exitCode).toBeNull();
    // The record is not counted in this life, so every answer must say so.
    await emulator.start({ ...loading('hangs-at.mjs'), HANGS_AT: at.replace('before put object ', '') });
    for (let asked = 0; asked < 20; asked += 1) {
      expect(await total(emulator, 'cus-killed')).toMatchObject({ requests: 0, complete: false });
      expect(await total(emulator, 'cus-other')).toMatchObject({ requests: 0, complete: true });
      await sleep(20);
    }
    await emulator.crash();
    await emulator.start();
    expect(await complete(emulator, 'cus-killed')).toMatchObject({ requests: 1 });
  }
});

it('knows no instant after the clock was set back while something waits, and never calls it complete', async () => {
  const emulator = await started();
  await send(emulator, 'cus-clock', 'counted');
  await complete(emulator, 'cus-clock');
  await emulator.end();

  const hang = { ...loading('shifted-clock.mjs', 'hangs-at.mjs'), HANGS_AT: 'aggregates/minute/cus-clock' };
  await emulator.start({ ...hang, CLOCK_OFFSETS: '0,-7200' });
  await send(emulator, 'cus-clock', 'waits');
  expect(await total(emulator, 'cus-clock')).toMatchObject({ complete: false, waiting: 1 });
  emulator.signal('SIGUSR2');
  while (!emulator.output.includes('The clock is -7200 s off')) await sleep(20);
  expect(await total(emulator, 'cus-clock')).toMatchObject({ complete: false, countedThrough: null });
  expect(await total(emulator, 'cus-other')).toMatchObject({ complete: true });
  await emulator.crash();

  // Another process, which never saw the earlier time, must say so, too.
  await emulator.start({ ...hang, CLOCK_OFFSETS: '-7200' });
  expect(await total(emulator, 'cus-clock')).toMatchObject({ complete: false, countedThrough: null });
  await emulator.crash();
  await emulator.start();
  expect(await complete(emulator, 'cus-clock')).toMatchObject({ requests: 2 });
});

it('does not let one customer’s backlog hold up what another’s answers say', async () => {
  const emulator = await started();
  await send(emulator, 'cus-quiet', 'a');
  await complete(emulator, 'cus-quiet');
  await emulator.end();

  await emulator.start({ ...loading('hangs-at.mjs'), HANGS_AT: 'aggregates/minute/cus-busy' });
  for (let batch = 0; batch < 5; batch += 1) await send(emulator, 'cus-busy', String(batch));
  const before = new Date().toISOString();
  const { countedThrough, ...answer } = await total(emulator, 'cus-quiet');
  expect(answer).toMatchObject({ requests: 1, complete: true, waiting: 0 });
  expect(String(countedThrough) >= before).toBe(true);
  const busy = await total(emulator, 'cus-busy');
  expect(busy).toMatchObject({ requests: 0, complete: false, waiting: 5 });
  expect(String(busy.countedThrough) < before).toBe(true);
});

it('calls an hour incomplete whose roll-up stands still, and its minute complete', async () => {
  const emulator = await started();
  await send(emulator, 'cus-hour', 'a');
  await rolledUpRequests(emulator, 'cus-hour', 1);
  await complete(emulator, 'cus-hour');
  await emulator.end();

  // The hour is written, and the message of the minute waits for the day.
  await emulator.start({ ...loading('hangs-at.mjs'), HANGS_AT: 'aggregates/day/cus-hour' });
  const before = new Date().toISOString();
  await send(emulator, 'cus-hour', 'b');
  await countedWindows(emulator, 'cus-hour');
  await expect
    .poll(async () => (await windowsOf(emulator, 'cus-hour', 'minute')).windows)
    .toMatchObject([{ requests: 2, complete: true }]);
  while (!emulator.output.includes('hangs')) await sleep(20);
  const { windows, countedThrough } = await windowsOf(emulator, 'cus-hour', 'hour');
  expect(windows).toMatchObject([{ complete: false }]);
  expect(String(countedThrough) >= before).toBe(true); // the barrier, and not the age of anything
  const hour = { from: '2025-12-28T18:00:00Z', to: '2025-12-28T19:00:00Z' };
  expect(await total(emulator, 'cus-hour', hour)).toMatchObject({ complete: false });
  const others = { from: '2025-12-28T19:00:00Z', to: '2025-12-28T20:00:00Z' };
  expect(await total(emulator, 'cus-hour', others)).toMatchObject({ complete: true });
  await emulator.crash();
  await emulator.start();
  expect(await complete(emulator, 'cus-hour')).toMatchObject({ requests: 2 });
});
