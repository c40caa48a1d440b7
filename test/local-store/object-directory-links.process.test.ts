import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import {
  openObjectDirectory,
  readObjectDirectory,
  type ObjectDirectory,
} from '../../local-store/object-directory.ts';

const key = (text: string): ObjectKey => text as ObjectKey;
const createOnly = { ifNoneMatch: '*' } as const;
const secret = 'nobody’s business';

let parent: string;
let root: string;
/** A directory outside of the object directory, with the same names in it. */
let outside: string;
let directory: ObjectDirectory;
let etag: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'object-directory-links-'));
  root = join(parent, 'objects');
  outside = join(parent, 'outside');
  await mkdir(join(outside, 'a', 'b'), { recursive: true });
  for (const name of ['a/b/c', 'a/c', 'c']) await writeFile(join(outside, name), secret);
  directory = await openObjectDirectory(root);
  // The writer and the reader have used all of these names before one of them becomes a link.
  ({ etag } = await directory.put(key('a/b/c'), Buffer.from('own'), createOnly));
  await directory.get(key('a/b/c'));
});
afterEach(async () => {
  await directory.close();
  await rm(parent, { recursive: true, force: true });
});

/** Replaces a file or a folder of the object directory by a link. */
async function replaceByLink(name: string, target: string): Promise<void> {
  await rename(join(root, name), join(parent, 'moved'));
  await symlink(target, join(root, name));
}

async function listed(store: Pick<ObjectStore, 'list'>, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const found of store.list(prefix)) keys.push(found);
  return keys;
}

async function outsideIsUntouched(): Promise<boolean> {
  const names = await readdir(outside, { recursive: true });
  const contents = ['a/b/c', 'a/c', 'c'].map((name) => readFile(join(outside, name), 'utf8'));
  return names.length === 5 && (await Promise.all(contents)).every((content) => content === secret);
}

const places: readonly [string, string, () => string][] = [
  ['the object', 'a/b/c', () => join(outside, 'a/b/c')],
  ['the object, to nothing', 'a/b/c', () => join(outside, 'nothing')],
  ['the object, to another object', 'a/b/c', () => join(root, 'a/other')],
  ['its folder', 'a/b', () => join(outside, 'a/b')],
  ['its folder, to nothing', 'a/b', () => join(outside, 'nothing')],
  ['a folder above', 'a', () => join(outside, 'a')],
];

describe.runIf(process.platform !== 'win32')('a symbolic link in the object directory', () => {
  it.each(places)('is an error, and is not followed, in the place of %s', async (_name, name, target) => {
    await directory.put(key('a/other'), Buffer.from('another'), createOnly);
    await replaceByLink(name, target());
    const other = readObjectDirectory(root);
    for (const reader of [directory, other]) {
      await expect(reader.get(key('a/b/c'))).rejects.toThrow(Unavailable);
      await expect(reader.get(key('a/b/c'), { firstBytes: 1 })).rejects.toThrow(Unavailable);
      await expect(listed(reader)).rejects.toThrow(Unavailable);
      await expect(listed(reader, 'a/b/')).rejects.toThrow(Unavailable);
    }
    const body = Buffer.from('new');
    await expect(directory.put(key('a/b/c'), body, { ifMatch: etag })).rejects.toThrow(Unavailable);
    await expect(directory.delete(key('a/b/c'))).rejects.toThrow(Unavailable);
    if (name !== 'a/b/c') {
      await expect(directory.put(key('a/b/d'), body, createOnly)).rejects.toThrow(Unavailable);
      await expect(directory.get(key('a/b/nothing'))).rejects.toThrow(Unavailable);
    }
    expect(await outsideIsUntouched()).toBe(true);
  });

  it('is not replaced by a new object', async () => {
    await symlink(join(outside, 'c'), join(root, 'a/b/d'));
    const creating = directory.put(key('a/b/d'), Buffer.from('new'), createOnly);
    await expect(creating).rejects.toThrow(Unavailable);
    await expect(creating).rejects.toMatchObject({
      cause: { message: expect.stringContaining('link') as string },
    });
    expect(await outsideIsUntouched()).toBe(true);
  });

  it('leaves other files alone, and ends when the link is gone', async () => {
    await directory.put(key('z/y'), Buffer.from('beside'), createOnly);
    await replaceByLink('a', join(outside, 'a'));
    expect((await directory.get(key('z/y')))?.body.toString()).toBe('beside');
    expect(await listed(directory, 'z/')).toEqual(['z/y']);
    await rm(join(root, 'a'));
    await rename(join(parent, 'moved'), join(root, 'a'));
    expect((await directory.get(key('a/b/c')))?.body.toString()).toBe('own');
    await directory.put(key('a/b/c'), Buffer.from('new'), { ifMatch: etag });
    expect(await listed(directory)).toEqual(['a/b/c', 'z/y']);
  });

  it('is an error in the place of unfinished objects, where its target would be removed', async () => {
    await rename(join(root, '.tmp'), join(parent, 'moved'));
    await symlink(outside, join(root, '.tmp'));
    await expect(directory.put(key('a/n'), Buffer.from('new'), createOnly)).rejects.toThrow(Unavailable);
    await directory.close();
    await expect(openObjectDirectory(root)).rejects.toThrow(Unavailable);
    expect(await outsideIsUntouched()).toBe(true);
  });

  it('is an error in the place of the whole directory', async () => {
    await directory.close();
    await rename(root, join(parent, 'moved'));
    await symlink(join(parent, 'moved'), root);
    await expect(openObjectDirectory(root)).rejects.toThrow(Unavailable);
    await expect(readObjectDirectory(root).get(key('a/b/c'))).rejects.toThrow(Unavailable);
    await expect(listed(readObjectDirectory(root))).rejects.toThrow(Unavailable);
  });

  it('may lead to a directory above, which DATA_DIR is in', async () => {
    await symlink(parent, `${parent}-link`);
    const reader = readObjectDirectory(join(`${parent}-link`, 'objects'));
    expect((await reader.get(key('a/b/c')))?.body.toString()).toBe('own');
    await rm(`${parent}-link`);
  });
});

it.runIf(process.platform !== 'win32')('does not wait for a pipe in the place of an object', async () => {
  await rm(join(root, 'a/b/c'));
  execFileSync('mkfifo', [join(root, 'a/b/c')]);
  await expect(directory.get(key('a/b/c'))).rejects.toThrow(Unavailable);
});
