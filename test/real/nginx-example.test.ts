import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { useEmulator } from '../e2e/emulator.ts';
import { totalRequests } from '../e2e/examples/total-requests.ts';
import { freePorts } from '../e2e/free-ports.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const customerId = 'cus-nginx';
const settings = { timeout: 60_000, interval: 250 };

const emulator = useEmulator();
let directory = '';
let origin = '';
let nginx: ChildProcess | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-analytics-nginx-'));
  await mkdir(join(directory, 'logs'));
  const [port] = await freePorts(1);
  origin = `http://127.0.0.1:${port}`;
  const example = await readFile(join(root, 'examples/nginx/nginx.conf'), 'utf8');
  if (!example.includes('127.0.0.1:8081')) throw new Error('The example listens at another port.');
  await writeFile(join(directory, 'nginx.conf'), example.replace('127.0.0.1:8081', `127.0.0.1:${port}`));
  nginx = spawn('nginx', ['-p', directory, '-c', join(directory, 'nginx.conf')], { stdio: 'inherit' });
});
afterAll(async () => {
  nginx?.kill('SIGQUIT');
  await rm(directory, { recursive: true, force: true });
});

const log = (name: string): string => join(directory, 'logs', name);
const linesIn = async (name: string): Promise<number> =>
  (await readFile(log(name), 'utf8')).split('\n').length - 1;

const isListening = (): Promise<boolean> =>
  fetch(origin).then(
    ({ ok }) => ok,
    () => false,
  );

async function visit(times: number): Promise<void> {
  for (let time = 0; time < times; time++)
    await fetch(new URL(time % 4 === 0 ? '/missing' : '/pricing', origin));
}

/** `npm run ship`, as in the example, in a process group of its own: a signal reaches all of it, as from a terminal. */
function ship(...args: string[]): {
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<unknown>;
} {
  const { PATH, HOME } = process.env;
  const child = spawn('npm', ['run', '--silent', 'ship', '--', '--customer', customerId, ...args], {
    cwd: root,
    env: { PATH, HOME, LOG_URL: emulator.baseUrl.href },
    stdio: 'ignore',
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const kill = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, signal);
    }
  };
  onTestFinished(() => kill('SIGKILL'));
  return { kill, ended };
}

it('counts each request of a real nginx once, through a rotation, kills and another run', async () => {
  await expect.poll(isListening, settings).toBe(true);

  const first = ship('--follow', log('access.log'));
  await visit(20);
  await expect.poll(() => totalRequests(emulator, customerId), settings).toBeGreaterThanOrEqual(20);
  first.kill('SIGKILL');
  await first.ended;

  const second = ship('--follow', log('access.log'));
  await visit(20);
  await expect.poll(() => totalRequests(emulator, customerId), settings).toBeGreaterThanOrEqual(40);
  await rename(log('access.log'), log('access.log.1'));
  // What nginx still writes to the renamed file, until it opens a new one, is read as well.
  await visit(5);
  nginx?.kill('SIGUSR1');
  await expect.poll(() => linesIn('access.log').catch(() => undefined), settings).toBe(0);
  await visit(20);
  const all = (await linesIn('access.log')) + (await linesIn('access.log.1'));
  await expect.poll(() => totalRequests(emulator, customerId), settings).toBe(all);
  second.kill('SIGINT');
  await second.ended;

  expect(await ship(log('access.log'), log('access.log.1')).ended).toBe(0);
  expect(await totalRequests(emulator, customerId)).toBe(all);
});
