import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../../', import.meta.url));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'language-'));
  execFileSync('git', ['init', '--quiet'], { cwd: directory });
});
afterEach(() => rmSync(directory, { recursive: true }));

function check() {
  const tsx = join(repository, 'node_modules/tsx/dist/loader.mjs');
  const script = join(repository, 'scripts/check-language.ts');
  return spawnSync(process.execPath, ['--import', tsx, script], { cwd: directory, encoding: 'utf8' });
}

it('reports each fault in the files of the repository, new ones included, and ends with 1', () => {
  writeFileSync(join(directory, 'a.ts'), '/** Whether it is. */\nexport const isA = true;\n');
  writeFileSync(join(directory, 'b.md'), 'It was mended.\n');
  writeFileSync(join(directory, 'c.json'), '"mended"\n');
  writeFileSync(join(directory, 'ignored.ts'), '/** Whether it is. */\nexport const isB = true;\n');
  writeFileSync(join(directory, '.gitignore'), 'ignored.ts\n');
  const { status, stderr } = check();
  expect(stderr).toMatch(/^a\.ts:1: "Whether"\. .*\nb\.md:1: "mended"\. .*\n2 places to rewrite\./);
  expect(status).toBe(1);
});

it('ends with 0 where there is no fault', () => {
  writeFileSync(join(directory, 'a.ts'), '/** Is it? */\nexport const isA = true;\n');
  expect(check()).toMatchObject({ status: 0, stderr: '' });
});
