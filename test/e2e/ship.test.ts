import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { combinedLines, logText } from '../commands/ship/sample-log.ts';
import { runCommand, startCommand, startProcess } from '../commands/run-command.ts';
import { useEmulator } from './emulator.ts';
import { countedRequests, countedWindows, entry, json, postLogs } from './requests.ts';

const emulator = useEmulator();
const lines = combinedLines(20_000);
let path: string;

beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-ship-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  path = join(directory, 'access.log');
});

const to = (customerId: string) => ['--customer', customerId, '--url', emulator.baseUrl.href];

/** Resolves when this many entries of the customer are counted. */
async function untilCounted(customerId: string, requests: number): Promise<void> {
  while ((await countedRequests(emulator, customerId)) < requests) await sleep(5);
}

it('counts each line once when it is killed half-way, again and again, and the log grows meanwhile', async () => {
  const customerId = 'cus-killed';
  for (const [round, known] of [8_300, 15_700, 20_000].entries()) {
    await writeFile(path, logText(lines.slice(0, known)));
    const running = startProcess({}, 'ship', ...to(customerId), '--concurrency', '3', path);
    await untilCounted(customerId, 2_500 + round * 4_000);
    running.kill('SIGKILL');
    await running.ended;
  }
  expect(await runCommand('ship', ...to(customerId), path)).toMatchObject({ exitCode: 0 });
  const windows = await countedWindows(emulator, customerId);
  expect(windows.map(({ requests }) => requests)).toEqual([...Array.from({ length: 333 }, () => 60), 20]);
  // Every path occurs once, so none is counted twice in place of another one.
  expect(new Set(windows.flatMap(({ requestsByPath }) => Object.keys(requestsByPath))).size).toBe(20_000);
});

it('counts each line once when it follows a log and is killed, and the rest is sent from the rotated file', async () => {
  const customerId = 'cus-followed';
  await writeFile(path, logText(lines.slice(0, 300)));
  for (const [from, to_] of [
    [300, 450],
    [450, 1_300],
  ] as const) {
    const running = startProcess({}, 'ship', ...to(customerId), '--follow', '--flush-after', '0', path);
    await untilCounted(customerId, from);
    await appendFile(path, logText(lines.slice(from, to_)));
    await untilCounted(customerId, to_);
    running.kill('SIGKILL');
    await running.ended;
  }
  await appendFile(path, logText(lines.slice(1_300, 2_600)));
  await writeFile(`${path}.1.gz`, gzipSync(logText(lines.slice(0, 2_600))));
  const { exitCode, stdout } = await runCommand('ship', ...to(customerId), `${path}.1.gz`, path);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/Entries sent +1,300\n/);
  expect(await countedRequests(emulator, customerId)).toBe(2_600);
});

it('goes on when the pipeline dies and comes back', async () => {
  const customerId = 'cus-restarted';
  await writeFile(path, logText(lines));
  const running = startCommand({}, 'ship', ...to(customerId), path);
  await untilCounted(customerId, 1_000);
  await emulator.crash();
  await emulator.start();
  expect(await running.ended).toMatchObject({ exitCode: 0 });
  expect(await countedRequests(emulator, customerId)).toBe(20_000);
});

describe('what is read right after shipping has ended', () => {
  it('is all of it, by minutes, hours and days, and complete', async () => {
    const customerId = 'cus-read';
    await writeFile(path, logText(lines));
    const { exitCode, stdout } = await runCommand('ship', ...to(customerId), path);
    const headers = { 'x-customer-id': customerId };
    const read = async (route: string) => json(await emulator.http.request(route, { headers }));
    const link = new URL(/Dashboard {3}(\S+)/.exec(stdout)?.[1] ?? '');
    const total = await read(`/aggregates/total?${wholeMinutes(link).toString()}&top=1`);
    const { windows: hours } = (await read(`/aggregates?window=hour&${wholeMinutes(link).toString()}`)) as {
      windows: { requests: number; complete: boolean }[];
    };
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/All of it was counted [\d.]+ s later\.\n/);
    expect(total).toMatchObject({ requests: 20_000, complete: true, waiting: 0 });
    expect(hours.reduce((sum, { requests }) => sum + requests, 0)).toBe(20_000);
    expect(hours.every(({ complete }) => complete)).toBe(true);
    expect((await emulator.http.request(`${link.pathname}${link.search}`)).status).toBe(200);
  });

  it('is all of it also where somebody goes on sending for the same customer', async () => {
    const customerId = 'cus-busy';
    await writeFile(path, logText(lines));
    const others = new AbortController();
    const going = keepSending(customerId, others.signal);
    try {
      const { exitCode, stdout } = await runCommand('ship', ...to(customerId), path);
      const { search } = new URL(/Dashboard {3}(\S+)/.exec(stdout)?.[1] ?? '');
      const range = wholeMinutes(new URL(search, emulator.baseUrl)).toString();
      const headers = { 'x-customer-id': customerId };
      const total = json(await emulator.http.request(`/aggregates/total?${range}`, { headers }));
      expect(exitCode).toBe(0);
      expect(total).toMatchObject({ requests: 20_000 });
    } finally {
      others.abort();
      await going;
    }
  });
});

/** Sends current entries without end, like a running web server. */
async function keepSending(customerId: string, signal: AbortSignal): Promise<void> {
  for (let batch = 0; !signal.aborted; batch++) {
    const body = [{ ...entry, receivedAt: new Date().toISOString(), path: `/live/${batch}` }];
    const { status } = await postLogs(emulator, { customerId, body });
    expect(status).toBe(202);
  }
}

/** Returns the range of a link to the dashboard, as `GET /aggregates` takes it. */
function wholeMinutes({ searchParams }: URL): URLSearchParams {
  const instant = (name: string) => (searchParams.get(name) ?? '').replace(/Z$/, ':00Z');
  return new URLSearchParams({ from: instant('from'), to: instant('to') });
}
