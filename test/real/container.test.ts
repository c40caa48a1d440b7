import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chown, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../e2e/free-ports.ts';
import { execForm, instructionsOf } from './dockerfile.ts';
import { pythonProgram } from './python-program.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));
const inRepository = (path: string) => join(repository, path);

it('has a Dockerfile without findings of hadolint', async () => {
  const { stdout } = await run(pythonProgram('hadolint'), [inRepository('Dockerfile')]);
  expect(stdout).toBe('');
});

it('has a compose file of the compose specification', async () => {
  const schema = ['--builtin-schema', 'vendor.compose-spec'];
  const { stdout } = await run(pythonProgram('check-jsonschema'), [...schema, inRepository('compose.yaml')]);
  expect(stdout).toContain('ok');
});

/** Without a container engine, the test runs the steps of the image in a directory. */
describe('the content of the image', () => {
  const instructions = instructionsOf(readFileSync(inRepository('Dockerfile'), 'utf8'));
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

  /** Copies what `COPY . .` would copy. */
  async function copyContext(to: string): Promise<void> {
    const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: repository,
    });
    const ignored = (await readFile(inRepository('.dockerignore'), 'utf8'))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`));
    for (const path of stdout.split('\n')) {
      if (path === '' || ignored.some((pattern) => pattern.test(path))) continue;
      await cp(inRepository(path), join(to, path));
    }
  }

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
    await expect.poll(health, { timeout: 60_000, message: output }).toBe('healthy');

    const stopSignal = argumentOf('STOPSIGNAL') as NodeJS.Signals; // npm would refuse a wrong one
    emulator.kill(stopSignal);
    const [exitCode] = (await ended) as [number | null];
    process.off('exit', killWithUs);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(output).toContain('The log analytics pipeline is ready.');
    expect(await health()).toBe('not healthy');
  });
});
