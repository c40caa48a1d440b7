import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDurableDirectory } from '../../local-store/durable-files.ts';
import { temporaryDirectory } from './temporary-log.ts';

function failingWith(code: string) {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

describe('a directory that is to survive the machine losing power', () => {
  it('is flushed in its parent, and so is each new parent before the next is created', async () => {
    const root = await temporaryDirectory();
    const flushed: object[] = [];
    await makeDurableDirectory(join(root, 'data', 'log'), async (path) => {
      const hasLog = (await stat(join(root, 'data', 'log')).catch(() => undefined)) !== undefined;
      flushed.push({ path, hasLog });
    });
    expect(flushed).toEqual([
      { path: root, hasLog: false },
      { path: join(root, 'data'), hasLog: true },
    ]);
  });

  it('is flushed in its parent if it exists: the process that created it may have died before', async () => {
    const root = await temporaryDirectory();
    await mkdir(join(root, 'data'));
    const flushed: string[] = [];
    await makeDurableDirectory(join(root, 'data'), async (path) => void flushed.push(path));
    expect(flushed).toEqual([root]);
  });

  it('is an error if it exists and cannot be flushed, except for a parent that is not ours', async () => {
    const root = await temporaryDirectory();
    await expect(makeDurableDirectory(root, failingWith('EIO'))).rejects.toThrow('EIO');
    await makeDurableDirectory(root, failingWith('EACCES'));
    await makeDurableDirectory(root, failingWith('EPERM'));
    await expect(makeDurableDirectory(join(root, 'new'), failingWith('EACCES'))).rejects.toThrow('EACCES');
  });
});
