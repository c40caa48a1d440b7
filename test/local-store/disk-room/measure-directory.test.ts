import { linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { measureDirectory } from '../../../local-store/disk-room/measure-directory.ts';

it('counts a file with two names once, like an object whose temporary name is not removed yet', () => {
  const directory = mkdtempSync(join(tmpdir(), 'measure-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'temporary'), Buffer.alloc(100_000));
  const before = measureDirectory(directory);
  expect(before).toBeGreaterThanOrEqual(100_000);
  linkSync(join(directory, 'temporary'), join(directory, 'object'));
  expect(measureDirectory(directory)).toBe(before);
});
