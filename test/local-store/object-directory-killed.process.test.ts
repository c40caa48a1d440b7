import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { openObjectDirectory } from '../../local-store/object-directory.ts';
import { nameOf } from './object-directory-bodies.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'object-directory-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Lets a process write until it has acknowledged this many writes, then kills it without warning. */
async function writeAndKill(acknowledgements: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'object-directory-child.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === acknowledgements) child.kill('SIGKILL');
  }
  return lines;
}

it.each([1, 50, 333])(
  'keeps every acknowledged object, and only whole ones, when its process is killed after %i writes',
  async (acknowledgements) => {
    const lines = await writeAndKill(acknowledgements);
    expect(lines.length).toBeGreaterThanOrEqual(acknowledgements);
    const created = lines.filter((line) => line.startsWith('created ')).map((line) => line.slice(8));
    const counted = lines.filter((line) => line.startsWith('counted ')).map((line) => Number(line.slice(8)));

    const directory = await openObjectDirectory(root);
    expect(await readdir(`${root}/.tmp`)).toEqual([]);
    const found = new Set<string>();
    for await (const key of directory.list('batches/')) {
      const object = await directory.get(key);
      expect(object && nameOf(object.body)).toBe(key);
      found.add(key);
    }
    expect(created.filter((key) => !found.has(key))).toEqual([]);
    const count = await directory.get('count' as ObjectKey);
    // Numbers from 1 on were acknowledged, in order; later ones may be there too.
    expect(count === undefined ? 0 : Number(nameOf(count.body))).toBeGreaterThanOrEqual(counted.length);
    await directory.close();
  },
  60_000,
);
