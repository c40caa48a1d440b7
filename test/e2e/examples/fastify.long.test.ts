import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { useEmulator } from '../emulator.ts';
import { freePorts } from '../free-ports.ts';
import { totalRequests } from './total-requests.ts';

const server = fileURLToPath(new URL('../../../examples/fastify/server.ts', import.meta.url));
const settings = { interval: 100 };
const { PATH, HOME } = process.env;

const emulator = useEmulator();

it('has each request counted once, though the pipeline is killed meanwhile', async () => {
  const [port] = await freePorts(1);
  const env = { PATH, HOME, LOG_URL: emulator.baseUrl.href, LOG_CUSTOMER: 'cus-fastify', PORT: String(port) };
  const child = spawn(process.execPath, ['--import', 'tsx', server], { env, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const get = async (path: string): Promise<number> =>
    (await fetch(`http://localhost:${port}${path}`, { headers: { 'user-agent': 'curl/8.0' } })).status;
  const isListening = () =>
    get('/').then(
      (status) => status === 200,
      () => false,
    );
  await expect.poll(isListening, settings).toBe(true);

  for (let id = 1; id <= 20; id++) await get(`/products/${id}`);
  await expect.poll(() => totalRequests(emulator, 'cus-fastify'), settings).toBe(21);
  await emulator.crash();
  for (let id = 1; id <= 20; id++) await get(`/missing/${'x'.repeat(3_000)}${id}`);
  await emulator.start();
  expect(await get('/')).toBe(200);

  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  await expect.poll(() => totalRequests(emulator, 'cus-fastify'), settings).toBe(42);
});
