import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answeringServer } from '../answering-server.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(repository, 'node_modules/typescript/bin/tsc');

/** Builds the package as `npm pack` does, and installs it into a new project. */
async function installedClient(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-client-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const installed = join(directory, 'node_modules/log-analytics-client');
  const client = join(repository, 'client');
  for (const file of ['package.json', 'README.md']) await cp(join(client, file), join(installed, file));
  const build = [tsc, '-p', join(client, 'tsconfig.build.json'), '--outDir', join(installed, 'dist')];
  await run(process.execPath, build);
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  return directory;
}

describe('the package log-analytics-client', () => {
  it('runs in plain Node without any dependency, as its README shows', async () => {
    const directory = await installedClient();
    const { url, received } = await answeringServer(({ method }) =>
      method === 'POST'
        ? { status: 202 }
        : { status: 200, body: { countedThrough: '2100-01-01T00:00:00Z', waiting: 0, complete: true } },
    );
    const readme = await readFile(new URL('../../client/README.md', import.meta.url), 'utf8');
    const [, example = ''] = /```ts\n(.+?)```/s.exec(readme) ?? [];
    expect(example).toContain('http://localhost:3000');
    const program = example.replace('http://localhost:3000', url.href);
    await writeFile(join(directory, 'example.mjs'), program);
    const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: directory });
    expect(stdout).toBe('accepted\ncounted\n');
    expect(received[0]).toMatchObject({ method: 'POST', path: '/logs' });

    // The example also passes a strict compiler, with the types of the package alone.
    await writeFile(join(directory, 'example.ts'), example);
    await symlink(join(repository, 'node_modules/@types'), join(directory, 'node_modules/@types'));
    const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    await run(process.execPath, [tsc, ...strict, 'example.ts'], { cwd: directory });
  });

  it('imports nothing but Node and its own files', async () => {
    const client = join(repository, 'client');
    const files = (await readdir(client)).filter((name) => name.endsWith('.ts'));
    expect(files).toContain('index.ts');
    const foreign: string[] = [];
    for (const file of files) {
      const text = await readFile(join(client, file), 'utf8');
      for (const [, path = ''] of text.matchAll(/ from '([^']+)'/g)) {
        if (!/^(?:node:|\.\/[\w-]+\.ts$)/.test(path)) foreign.push(`${file}: ${path}`);
      }
    }
    expect(foreign).toEqual([]);
  });

  it('has no dependencies, and the version of the project', async () => {
    const read = async (path: string) =>
      JSON.parse(await readFile(join(repository, path), 'utf8')) as Record<string, unknown>;
    const own = await read('client/package.json');
    expect(own['dependencies']).toBeUndefined();
    expect(own['version']).toBe((await read('package.json'))['version']);
  });
});
