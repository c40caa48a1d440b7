import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as z from 'zod';

const repository = fileURLToPath(new URL('..', import.meta.url));
const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) });
const listSchema = z.array(z.object({ file: z.string() }));

/** Returns the arguments of each `vitest run` that `.ci/run` reaches through a script of package.json. */
function runsOfVitest(): string[][] {
  const { scripts } = packageSchema.parse(JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')));
  const steps = readFileSync(join(repository, '.ci/run'), 'utf8').matchAll(/^step npm (?:run )?(\S+)$/gm);
  return [...steps].flatMap(([, script = '']) => {
    const runs = (scripts[script] ?? '').matchAll(/(?<=^|[\s/])vitest(?:\.mjs)? run(?<args>[^&]*)/g);
    return Array.from(runs, ({ groups }) => groups?.['args']?.trim().split(' ') ?? []);
  });
}

function filesOf(args: readonly string[]): string[] {
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
  const list = execFileSync(process.execPath, [vitest, 'list', '--filesOnly', '--json', ...args], {
    cwd: repository,
    encoding: 'utf8',
  });
  return listSchema.parse(JSON.parse(list)).map(({ file }) => relative(repository, file));
}

function testFiles(): string[] {
  const folders = readdirSync(repository, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'),
  );
  return folders.flatMap(({ name }) =>
    readdirSync(join(repository, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
      // `check-store` runs this one on the store of an operator.
      .filter((file) => !file.startsWith('store-contract'))
      .map((file) => join(name, file)),
  );
}

it('.ci/run runs every test file once', () => {
  expect(runsOfVitest().flatMap(filesOf).sort()).toEqual(testFiles().sort());
});
