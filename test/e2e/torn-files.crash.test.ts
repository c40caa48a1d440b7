import { readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../client/http-client.ts';
import { spawnEmulator } from './emulator-process.ts';
import { Emulator } from './emulator.ts';
import { freePorts } from './free-ports.ts';
import { countedRequests, december, entry, json, postLogs } from './requests.ts';

const emulator = new Emulator({});
const customerId = 'cus-torn';
/** Minutes of the customer whose window files are damaged in different ways. */
const minutes = { cut: '18:03', emptied: '18:04', whole: '18:05' };

beforeAll(async () => {
  await emulator.start();
  for (const [key, minute] of Object.entries(minutes)) await postMinute(customerId, key, minute);
  while ((await countedRequests(emulator, customerId)) < 3) await sleep(50);
  await emulator.end();
});
afterAll(() => emulator.remove());

function inObjects(...path: string[]): string {
  return join(emulator.dataDirectory, 'objects', ...path);
}

function windowFile(minute: string): string {
  const [hour = '', number = ''] = minute.split(':');
  return inObjects('aggregates', 'minute', customerId, '2025', '12', '28', hour, `${number}.json`);
}

function batchFile(key: string): string {
  return inObjects('batches', customerId, `k-${key}`);
}

function postMinute(customer: string, key: string, minute: string): Promise<HttpAnswer> {
  const body = [{ ...entry, receivedAt: `2025-12-28T${minute}:00Z` }];
  return postLogs(emulator, { customerId: customer, body, headers: { 'idempotency-key': key } });
}

function get(path: string): Promise<HttpAnswer> {
  return emulator.http.request(path, { headers: { 'x-customer-id': customerId } });
}

async function cutInHalf(file: string): Promise<void> {
  await truncate(file, Math.floor((await stat(file)).size / 2));
}

function expectTold(answer: HttpAnswer): void {
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  expect(json(answer)).toMatchObject({ errorCategory: 'AVAILABILITY', errorCode: 'API_1003' });
}

describe('with torn objects', () => {
  beforeAll(async () => {
    await cutInHalf(windowFile(minutes.cut));
    await truncate(windowFile(minutes.emptied), 0);
    await cutInHalf(batchFile('cut'));
    await truncate(batchFile('emptied'), 0);
    await writeFile(inObjects('.tmp', '1-0-1'), 'half an ob');
    await writeFile(join(emulator.dataDirectory, 'format.json.new'), '{"forma');
    await writeFile(join(emulator.dataDirectory, 'owner.json.new'), '{"pi');
    await emulator.start();
  });

  it('starts, and sweeps what was never finished', async () => {
    // What it writes meanwhile has names there, too.
    expect(await readdir(inObjects('.tmp'))).not.toContain('1-0-1');
  });

  it.each(['cut', 'emptied'] as const)(
    'answers 503 for a window that was %s, and not that it is absent',
    async (kind) => {
      const from = `2025-12-28T${minutes[kind]}:00Z`;
      const to = `2025-12-28T${minutes[kind]}:59Z`;
      expectTold(await get(`/aggregates?${new URLSearchParams({ from, to }).toString()}`));
      expect(emulator.output).toContain('is damaged: it has no end of its counts');
    },
  );

  it.each(['cut', 'emptied'])(
    'answers 503 for a batch that was %s, and never takes another in its place',
    async (key) => {
      const before = await stat(batchFile(key));
      expectTold(await get(`/batches/${key}`));
      expectTold(await postMinute(customerId, key, '18:09'));
      expect(emulator.output).toContain('A batch is damaged');
      expect(await stat(batchFile(key))).toMatchObject({ size: before.size, mtimeMs: before.mtimeMs });
    },
  );

  it('goes on for other windows of the customer, and for other customers', async () => {
    const range = { from: `2025-12-28T${minutes.whole}:00Z`, to: december.to };
    const page = await get(`/aggregates?${new URLSearchParams(range).toString()}`);
    expect(json(page)).toMatchObject({ windows: [{ requests: 1 }] });
    expect((await postMinute('cus-whole', 'a', minutes.cut)).status).toBe(202);
    expect(await countedRequests(emulator, 'cus-whole')).toBe(1);
  });

  it('starts again as often as it is started', async () => {
    await emulator.crash();
    await emulator.start();
    expect(await countedRequests(emulator, 'cus-whole')).toBe(1);
    await emulator.end();
  });
});

describe('a start on files that cannot be used', () => {
  it.each([
    [
      'format.json',
      (file: string) => writeFile(file, '{"forma'),
      'is damaged: it should be {"formatVersion":2}.',
    ],
    ['log/data.mdb', cutToFivePages, 'is damaged: it has 20480 of'],
    ['log/data.mdb', (file: string) => truncate(file, 0), 'is damaged: it does not begin as a database does'],
    [
      'log/data.mdb',
      (file: string) => writeFile(file, Buffer.alloc(65_536, 7)),
      'is damaged: it does not begin',
    ],
  ])('is refused with a message that names %s', async (name, damage, reason) => {
    const file = join(emulator.dataDirectory, name);
    await damage(file);
    const damaged = await stat(file);
    const [httpPort, lambdaPort] = await freePorts(2);
    const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
    const refused = spawnEmulator(['offline', 'start', ...ports], { DATA_DIR: emulator.dataDirectory });
    const { exitCode, output } = await refused.ended;
    expect(exitCode).toBe(1);
    // The framework breaks long lines.
    expect(output.replaceAll(/\s+/g, ' ')).toContain(`${file} ${reason}`);
    expect(output).not.toMatch(/\n\s+at /);
    expect(await stat(file)).toMatchObject({ size: damaged.size, mtimeMs: damaged.mtimeMs });
    if (name === 'format.json') await writeFile(file, '{"formatVersion":2}\n');
  });
});

/** Keeps fewer pages than are used; the reserve after them may be missing. */
function cutToFivePages(file: string): Promise<void> {
  return truncate(file, 5 * 4_096);
}
