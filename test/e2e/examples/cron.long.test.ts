import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useEmulator } from '../emulator.ts';
import { freePorts } from '../free-ports.ts';
import { totalRequests } from './total-requests.ts';

const script = fileURLToPath(new URL('../../../examples/cron/import-logs.sh', import.meta.url));
const sample = new URL('../../../examples/nginx/access.log', import.meta.url);
const { PATH, HOME } = process.env;

const emulator = useEmulator();
let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-analytics-cron-'));
  const lines = (await readFile(sample, 'utf8')).split('\n');
  await writeFile(join(directory, 'access.log.1'), lines.slice(100).join('\n'));
  await writeFile(join(directory, 'access.log.2.gz'), gzipSync(`${lines.slice(0, 100).join('\n')}\n`));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Runs the script as cron does: with few variables, in another directory. */
function importLogs(url: URL, ...logs: string[]): Promise<{ exitCode: unknown; output: string }> {
  const env = { PATH, HOME, TMPDIR: directory, LOG_URL: url.href };
  const args = ['cus-cron', ...logs.map((log) => join(directory, log))];
  return new Promise((resolve) => {
    execFile(script, args, { env, cwd: directory }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : error.code, output: stdout + stderr }),
    );
  });
}

it('imports rotated logs once, however often it runs and whatever is missing', async () => {
  const logs = ['access.log.1', 'access.log.2.gz', 'access.log.*.zst'];
  const quiet = { exitCode: 0, output: '' };
  expect(await importLogs(emulator.baseUrl, ...logs)).toEqual(quiet);
  // Days follow their minutes within seconds.
  await expect.poll(() => totalRequests(emulator, 'cus-cron')).toBe(198);

  const both = await Promise.all([
    importLogs(emulator.baseUrl, ...logs),
    importLogs(emulator.baseUrl, ...logs),
  ]);
  expect(both).toEqual([quiet, quiet]);
  expect(await totalRequests(emulator, 'cus-cron')).toBe(198);
});

it('says nothing where there is no log yet', async () => {
  expect(await importLogs(emulator.baseUrl, 'access.log.9')).toEqual({ exitCode: 0, output: '' });
});

it('prints what ship printed, and ends with its exit code, where it failed', async () => {
  const [port] = await freePorts(1);
  await writeFile(join(directory, 'broken.log'), 'this is not an access log\n');
  const { exitCode, output } = await importLogs(new URL(`http://localhost:${port}`), 'broken.log');
  expect(exitCode).toBe(2);
  expect(output).toMatch(/No line of .*broken\.log was understood/);
});
