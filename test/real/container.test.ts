import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../e2e/free-ports.ts';
import { copyContext } from './copy-context.ts';
import { execForm, stageOf } from './dockerfile.ts';
import { pythonProgram } from './python-program.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));
const inRepository = (path: string) => join(repository, path);

it.each(['Dockerfile', 'deploy/compose/flink.Dockerfile'])(
  'has no findings of hadolint in %s',
  async (file) => {
    const { stdout } = await run(pythonProgram('hadolint'), [inRepository(file)]);
    expect(stdout).toBe('');
  },
);

it('has compose files of the compose specification', async () => {
  const schema = ['--builtin-schema', 'vendor.compose-spec'];
  const ofCluster = readdirSync(inRepository('deploy/compose')).filter((name) => name.endsWith('.yaml'));
  const files = ['compose.yaml', ...ofCluster.map((name) => `deploy/compose/${name}`)];
  expect(files).toHaveLength(5);
  const { stdout } = await run(pythonProgram('check-jsonschema'), [...schema, ...files.map(inRepository)]);
  expect(stdout).toContain('ok');
});

it('has manifests that Kubernetes takes, without unknown fields', async () => {
  const folders = ['settings', 'setup', 'roles', 'clickhouse', 'flink'].map(
    (name) => `deploy/kubernetes/${name}`,
  );
  const files = folders.flatMap((folder) =>
    readdirSync(inRepository(folder))
      .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
      .map((name) => inRepository(`${folder}/${name}`)),
  );
  // Throws if a manifest is refused.
  const { stderr, stdout } = await run(pythonProgram('kubernetes-validate'), ['--strict', ...files]);
  const passed = `${stdout}${stderr}`.match(/ passed for resource /g);
  expect(passed?.length).toBeGreaterThan(files.length);
});

/** Without a container engine, the test runs the steps of the image in a directory. */
describe('the content of the image', () => {
  const instructions = stageOf(readFileSync(inRepository('Dockerfile'), 'utf8'), 'laptop');
  const argumentOf = (keyword: string) =>
    instructions.find((instruction) => instruction.keyword === keyword)?.argument ?? '';
  /** Root can switch to another user; any other user is already not root. */
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  let place: string;

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'image-'));
    for (const directory of ['', 'app', 'data', 'home']) {
      await mkdir(join(place, directory), { recursive: true });
      if (user.uid !== undefined && directory !== 'app')
        await chown(join(place, directory), user.uid, user.gid);
    }
    await copyContext(join(place, 'app'));
    const install = instructions.find(({ argument }) => argument.startsWith('npm ci'))?.argument ?? '';
    await run('sh', ['-c', install], { cwd: join(place, 'app') });
  });

  afterAll(async () => {
    await rm(place, { recursive: true });
  });

  it('runs for a user who is not root, is healthy, and stops cleanly', async () => {
    const [httpPort = 0, lambdaPort = 0] = await freePorts(2);
    const here = {
      cwd: join(place, 'app'),
      env: { PATH: process.env['PATH'], HOME: join(place, 'home'), DATA_DIR: join(place, 'data') },
      ...user,
    };
    const [program = '', ...words] = execForm(argumentOf('CMD'));
    const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
    const emulator = spawn(program, [...words.slice(0, words.indexOf('--httpPort')), ...ports], here);
    let output = '';
    for (const stream of [emulator.stdout, emulator.stderr]) stream.on('data', (text) => (output += text));
    const killWithUs = () => emulator.kill('SIGKILL');
    process.once('exit', killWithUs);
    const ended = once(emulator, 'close');

    const [node = '', flag = '', script = ''] = execForm(argumentOf('HEALTHCHECK'));
    const probe = [flag, script.replace('3000', String(httpPort))];
    const health = () =>
      run(node, probe, here).then(
        () => 'healthy',
        () => 'not healthy',
      );
    await expect.poll(health, { timeout: 100_000 }).toBe('healthy');

    const stopSignal = argumentOf('STOPSIGNAL') as NodeJS.Signals; // npm would refuse a wrong one
    emulator.kill(stopSignal);
    const [exitCode] = (await ended) as [number | null];
    process.off('exit', killWithUs);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(output).toContain('The log analytics pipeline is ready.');
    expect(await health()).toBe('not healthy');
  });
});
