import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { jsonLines, runCommand } from '../commands/run-command.ts';
import { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import { askForBatch, entry, json, metric, postAnyway, postLogs } from './requests.ts';

const customerId = 'cus-kept';
const day = 86_400;
/**
 * The functions' clocks, in seconds from the real one: the horizon is announced, set, known, settled; and a day later
 * again.
 */
const clock = {
  announced: 0,
  set: day + 60,
  known: day + 200,
  settled: day + 1_200,
  later: 2 * day + 120,
  over: 2 * day + 1_200,
};
const env = {
  RETENTION_DAYS: '30',
  RAW_BATCH_DAYS: '1',
  VERIFY_AFTER_SECONDS: '1',
  VERIFY_AGAIN_SECONDS: '20',
};

const daysAgo = (days: number, minute = 0) => {
  const date = new Date(Date.now() - days * day * 1_000).toISOString().slice(0, 10);
  return `${date}T10:${String(minute).padStart(2, '0')}:07Z`;
};
/** Enough of them to kill a deletion half-way. */
const old = Array.from({ length: 60 }, (_, minute) => daysAgo(40, minute));
const kept = [daysAgo(5), daysAgo(6)];

const entriesOf = (instants: readonly string[]) => instants.map((receivedAt) => ({ ...entry, receivedAt }));
const batchOf = (key: string, instants: readonly string[]) => {
  return { customerId, body: entriesOf(instants), headers: { 'idempotency-key': key } };
};

/** Starts it at a time, to jump to the following ones. */
async function startAt(emulator: Emulator, offsets: readonly number[], crashAt?: string): Promise<void> {
  await emulator.start({
    ...loading(
      'hurried-schedule.mjs',
      'shifted-clock.mjs',
      ...(crashAt === undefined ? [] : ['crash-at.mjs']),
    ),
    CLOCK_OFFSETS: offsets.join(','),
    ...(crashAt === undefined ? {} : { CRASH_AT: crashAt }),
  });
}

async function jump(emulator: Emulator, offset: number): Promise<void> {
  emulator.signal('SIGUSR2');
  while (!emulator.output.includes(`The clock is ${offset} s off`)) await sleep(20);
}

async function filesIn(emulator: Emulator, prefix: string): Promise<string[]> {
  const files = await readdir(join(emulator.dataDirectory, 'objects', prefix), {
    recursive: true,
    withFileTypes: true,
  });
  return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}

const oldWindows = async (emulator: Emulator) => {
  const place = `/${customerId}/${(old[0] ?? '').slice(0, 10).replaceAll('-', '/')}`;
  return (await filesIn(emulator, 'aggregates')).filter((file) => file.includes(place));
};

async function total({ http }: Emulator): Promise<{ readonly from: string; readonly requests: number }> {
  const range = new URLSearchParams({ from: daysAgo(60).replace(':07Z', ':00Z') }).toString();
  const answer = await http.request(`/aggregates/total?${range}`, {
    headers: { 'x-customer-id': customerId },
  });
  return json(answer) as { from: string; requests: number };
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(50);
}

async function differences(emulator: Emulator, ...args: readonly string[]): Promise<unknown> {
  const options = ['--data-dir', emulator.dataDirectory, '--pending-seconds', '0', '--json', ...args];
  const lines = jsonLines(await runCommand('audit', ...options));
  return lines.filter((line) => (line as { kind: string }).kind !== 'not-auditable');
}

it('deletes everything behind the horizon for good, whatever comes late, is repeated or killed', async () => {
  const emulator = new Emulator({ env });
  onTestFinished(() => emulator.remove());
  await startAt(emulator, [clock.announced], 'after put object k-lost');
  expect((await postLogs(emulator, batchOf('both', [...old, ...kept]))).status).toBe(202);
  expect((await postLogs(emulator, batchOf('old', old))).status).toBe(202);
  await until(async () => (await total(emulator)).requests === 2 * old.length + kept.length);
  await until(async () => emulator.output.includes('are going to be deleted for good'));
  // The batch is accepted and not emitted before the horizon is set.
  await postAnyway(emulator, batchOf('lost', [...old, ...kept]));
  await emulator.ended;

  await startAt(emulator, [clock.set, clock.known, clock.settled]);
  await until(async () => emulator.output.includes('Windows from before the horizon have expired'));
  await jump(emulator, clock.known);
  const late = await postLogs(emulator, batchOf('late', [...kept, ...old]));
  expect([late.status, json(late)]).toMatchObject([400, { errorCode: 'ING_1000', details: { length: 10 } }]);
  expect((await postLogs(emulator, batchOf('both', [...old, ...kept]))).status).toBe(409);
  await until(async () => (await askForBatch(emulator, customerId, 'lost')).counted === true);
  await until(async () => (await total(emulator)).requests === 2 * kept.length);

  await jump(emulator, clock.settled);
  await until(async () => (await oldWindows(emulator)).length < 62);
  await emulator.crash();
  await startAt(emulator, [clock.settled, clock.later, clock.over]);
  await until(async () => (await oldWindows(emulator)).length === 0);
  for (const key of ['both', 'lost']) {
    expect((await postLogs(emulator, batchOf(key, [...old, ...kept]))).status).toBe(409);
  }
  expect((await postLogs(emulator, batchOf('new', kept))).status).toBe(202);
  await until(async () => (await askForBatch(emulator, customerId, 'new')).counted === true);
  await until(async () => (await metric(emulator, 'log_analytics_stream_backlog_records')) === 0);
  await until(async () => (await total(emulator)).requests === 3 * kept.length);
  expect(await askForBatch(emulator, customerId, 'old')).toMatchObject({ counted: true });
  expect(await oldWindows(emulator)).toEqual([]);

  await jump(emulator, clock.later);
  await until(async () => emulator.output.includes('Raw batches and failed records from before the horizon'));
  await jump(emulator, clock.over);
  await until(async () => (await filesIn(emulator, 'batches')).length === 1);
  await emulator.end();
  expect(await differences(emulator, '--repair')).toMatchObject([
    { kind: 'audited', batches: 1, differences: 0 },
  ]);
  expect(await oldWindows(emulator)).toEqual([]);
  expect((await filesIn(emulator, 'aggregates/minute')).length).toBe(kept.length);
});
