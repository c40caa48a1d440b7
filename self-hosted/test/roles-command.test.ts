import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it, onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('../main.ts', import.meta.url));
const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const output = () => Buffer.concat(chunks).toString();
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output: output() }));
  return { child, output, ended };
}

async function takenPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  // It listens on a port, so its address is not that of a pipe.
  return (server.address() as AddressInfo).port;
}

describe('node self-hosted/main.ts', () => {
  it.each<[readonly string[], Readonly<Record<string, string>>, RegExp]>([
    [[], {}, /Name at least one role: api, summarizer/],
    [['sumarizer'], {}, /There is no role "sumarizer"\. Did you mean summarizer\?/],
    [['--rolle'], {}, /There is no option --rolle/],
    [['api'], {}, /There are no API keys.*API_KEYS_FILE/],
    [['all'], { ALLOW_UNAUTHENTICATED: 'true', VERIFY_AFTER_SECONDS: '5' }, /VERIFY_AFTER_SECONDS must be/],
    [['api'], { API_KEYS_FILE: '/nowhere/keys', API_PROCESSES: '1' }, /cannot be read.*\/nowhere\/keys/],
    [
      ['aggregate'],
      { KAFKA_TLS: 'true', KAFKA_CA_FILE: '/nowhere/ca.pem' },
      /certificates for Kafka.*\/nowhere/,
    ],
  ])('%j with %j ends with 2 and says why', async (args, env, message) => {
    const { code, output } = await start(args, env).ended;
    expect(output).toMatch(message);
    expect(code).toBe(2);
  });

  it.each(['1', '2'])('says that the port is taken, with %s processes', async (processes) => {
    const port = String(await takenPort());
    const env = { ALLOW_UNAUTHENTICATED: 'true', PORT: port, ADMIN_PORT: '0', API_PROCESSES: processes };
    const { code, output } = await start(['api'], env).ended;
    expect(output).toContain(`Another program listens at 127.0.0.1:${port}`);
    expect(code).toBe(2);
  });

  it('says that the internal port is taken', async () => {
    const port = String(await takenPort());
    const { code, output } = await start(['aggregate'], { ADMIN_PORT: port }).ended;
    expect(output).toContain('The internal port cannot be opened');
    expect(code).toBe(2);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 after %s, although Kafka is away', async (signal) => {
    const env = { ADMIN_PORT: '0', KAFKA_BROKERS: '127.0.0.1:1', S3_ENDPOINT: 'http://127.0.0.1:1' };
    const { child, output, ended } = start(['summarizer'], env);
    while (!output().includes('At work')) await sleep(20);
    child.kill(signal);
    expect((await ended).code).toBe(0);
  });

  it('serves from several processes, and starts one again that dies', async () => {
    const { brokers, s3 } = inject('services');
    const env = {
      KAFKA_BROKERS: brokers.join(','),
      S3_ENDPOINT: s3.endpoint,
      S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      ALLOW_UNAUTHENTICATED: 'true',
      PORT: '19180',
      ADMIN_PORT: '19181',
      API_PROCESSES: '2',
    };
    const { child, output, ended } = start(['api'], env);
    const metrics = async () => (await fetch('http://127.0.0.1:19181/metrics')).text();
    const listening = async () => output().split('At work').length - 1;
    while ((await listening()) < 2) await sleep(20);
    // There are no topics, so that Kafka cannot say what waits.
    while (!/process_cpu_seconds_total\{process="1"\} [\d.]+/.test(await metrics())) await sleep(20);
    expect((await fetch('http://127.0.0.1:19180/nowhere')).status).toBe(404);
    const { stdout } = spawn('pgrep', ['-P', String(child.pid)]);
    const [worker] = (await stdout.toArray()).join('').trim().split('\n').map(Number);
    process.kill(worker ?? 0, 'SIGKILL');
    while ((await listening()) < 3) await sleep(20);
    expect(output()).toContain('A process has died and is started again');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
});
