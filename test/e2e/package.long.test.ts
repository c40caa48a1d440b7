import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { commands } from '../../commands/commands.ts';
import { createHttpClient, type HttpClient } from '../../client/http-client.ts';
import { totalRequests } from './examples/total-requests.ts';
import { freePorts } from './free-ports.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const listingSchema = z.tuple([
  z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }),
]);
const lockSchema = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });

let directory = '';
let files: string[] = [];

/** Packs the repository and unpacks it as npm would install it in an empty directory: without development dependencies. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-analytics-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', directory], { cwd: root });
  const [{ filename, files: packed }] = listingSchema.parse(JSON.parse(stdout));
  files = packed.map(({ path }) => path);
  await mkdir(packageDirectory(), { recursive: true });
  const tarball = join(directory, filename);
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', packageDirectory()]);

  const { packages } = lockSchema.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  const installed = Object.entries(packages)
    .filter(([path, { dev }]) => /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) && dev !== true)
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)));
  for (const path of [...installed, 'node_modules/.bin']) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await symlink(join(root, path), join(directory, path));
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function packageDirectory(): string {
  return join(directory, 'node_modules/log-analytics-pipeline');
}

describe('the package', () => {
  it('has what it needs to run, and what its README links to', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'CHANGELOG.md',
        'bin/log-analytics.mjs',
        'client/index.ts',
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'docs/README.md',
        'docs/images/dashboard-light.png',
        'examples/nginx/access.log',
        'handlers/wiring.ts',
        'lib/config.ts',
        'local-store/emulator/plugin.cjs',
        'package.json',
        'serverless.yml',
        'web/index.html',
      ]),
    );
  });

  it('has no tests, no benchmarks, no data, no build and nothing of a workplace', () => {
    const unwanted =
      /^(?:test|bench|artifacts|coverage|build|node_modules)\/|(?:^|\/)\.(?!gitkeep)|\.test\.ts$|\.tgz$|vitest|package-lock/;
    expect(files.filter((path) => unwanted.test(path))).toEqual([]);
  });

  it('has all that its commands are made of', async () => {
    const load = `const { commands } = await import('./commands/commands.ts');
      for (const { load } of commands) console.log((await load()).name);`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', load];
    const { stdout } = await run(process.execPath, args, { cwd: packageDirectory() });
    expect(stdout.trim().split('\n')).toEqual(commands.map(({ name }) => name));
  });

  it('has a program that explains itself', async () => {
    const program = join(packageDirectory(), 'bin/log-analytics.mjs');
    const { stdout } = await run(process.execPath, [program, '--help'], { cwd: directory });
    expect(stdout).toContain('log-analytics <command> [options]');
  });

  it('starts where it was installed, counts, and ships a log', async () => {
    const [port = 0] = await freePorts(1);
    const url = new URL(`http://localhost:${port}`);
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, DATA_DIR: join(directory, 'data') };
    const child = spawn('npm', ['start', '--', '--httpPort', String(port)], {
      cwd: packageDirectory(),
      env,
      stdio: 'ignore',
      detached: true,
    });
    let hasEnded = false;
    const ended = new Promise((resolve) => child.once('exit', resolve)).then(() => (hasEnded = true));
    const http = createHttpClient(url, 1);
    onTestFinished(async () => {
      http.close();
      if (child.pid !== undefined && !hasEnded) process.kill(-child.pid, 'SIGINT');
      await ended;
    });

    await expect.poll(() => isListening(http)).toBe(true);
    const page = await http.request('/', { headers: { accept: 'text/html' } });
    expect(page.body.toString()).toContain('<title>Log analytics</title>');
    const options = ['--url', url.href, '--customer', 'cus-package', 'examples/nginx/access.log'];
    await run('npm', ['run', '--silent', 'ship', '--', ...options], { cwd: packageDirectory(), env });
    await expect.poll(() => totalRequests({ http }, 'cus-package')).toBe(198);
  });
});

async function isListening(http: HttpClient): Promise<boolean> {
  return http.request('/health').then(
    ({ status }) => status === 200,
    () => false,
  );
}
