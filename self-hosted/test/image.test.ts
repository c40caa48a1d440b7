import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePorts } from '../../test/e2e/free-ports.ts';
import { copyContext } from '../../test/real/copy-context.ts';
import { execForm, stageOf } from '../../test/real/dockerfile.ts';
import { environmentOf, readComposeFile } from '../../test/self-hosted/orchestration/compose-file.ts';

const run = promisify(execFile);

/** Without a container engine, the test runs the steps of the image, and the services of compose, in a directory. */
describe('the image of the cluster form', () => {
  const instructions = stageOf(readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8'), 'cluster');
  const argumentOf = (keyword: string) =>
    instructions.find((instruction) => instruction.keyword === keyword)?.argument ?? '';
  /** Root can switch to another user; any other user is already not root. */
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const { services } = readComposeFile('compose.yaml');
  /** With the Node.js that runs this test, which the Kafka client works with. */
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const prefix = `image-${randomUUID()}-`;
  let place: string;

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'cluster-image-'));
    await chmod(place, 0o755);
    await copyContext(place);
    await run('sh', ['-c', argumentOf('RUN')], { cwd: place, env: { ...process.env, PATH: path } });
  });

  afterAll(async () => {
    await rm(place, { recursive: true });
  });

  /** Returns the options of a service's process: its own settings, except for the addresses. */
  function optionsOf(name: string, more: Readonly<Record<string, string>> = {}) {
    const service = services[name];
    if (service === undefined) throw new Error(`There is no service ${name}.`);
    const { brokers, s3 } = inject('services');
    const { accessKeyId, secretAccessKey } = s3.credentials;
    const addresses = {
      KAFKA_BROKERS: brokers.join(','),
      TOPIC_PREFIX: prefix,
      S3_ENDPOINT: s3.endpoint,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
      BUCKET_NAME: prefix.slice(0, -1),
      API_KEYS_FILE: '',
      ALLOW_UNAUTHENTICATED: 'true',
    };
    const env = { PATH: path, ...environmentOf(service), ...addresses, ...more };
    const [program = '', ...words] = [...service.entrypoint, ...service.command];
    return { program, words, options: { cwd: place, env, ...user } };
  }

  it('prepares topics and bucket, runs every role, is healthy, takes commands, and stops in order', async () => {
    for (const name of ['topics', 'bucket']) {
      const { program, words, options } = optionsOf(name);
      await run(program, words, options); // throws unless it exits with 0
    }

    const [port = 0, adminPort = 0] = await freePorts(2);
    const ports = { PORT: String(port), ADMIN_PORT: String(adminPort) };
    const { options } = optionsOf('api', ports);
    const [program = '', ...words] = execForm(argumentOf('CMD'));
    const all = spawn(program, words, options);
    let output = '';
    for (const stream of [all.stdout, all.stderr]) stream.on('data', (text) => (output += text));
    const killWithUs = () => all.kill('SIGKILL');
    process.once('exit', killWithUs);
    const ended = once(all, 'close');

    const [node = '', ...probe] = execForm(argumentOf('HEALTHCHECK'));
    const health = () =>
      run(node, probe, options).then(
        () => 'healthy',
        () => 'not healthy',
      );
    await expect.poll(health, { timeout: 60_000 }).toBe('healthy');
    const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')]);

    const command = optionsOf('command', { LOG_URL: `http://127.0.0.1:${port}` });
    const audit = await run(command.program, ['bin/log-analytics.mjs', 'audit'], command.options);
    expect(audit.stdout).toContain('No differences.');

    all.kill('SIGTERM');
    const [exitCode] = (await ended) as [number | null];
    process.off('exit', killWithUs);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(await health()).toBe('not healthy');
  });
});
