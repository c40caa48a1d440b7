import { linkSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed, Unavailable } from '../../lib/errors.ts';
import {
  InvalidObjectKey,
  openObjectDirectory,
  readObjectDirectory,
  type ObjectDirectory,
} from '../../local-store/object-directory.ts';
import { KnownEtags } from '../../local-store/object-directory/known-etags.ts';
import { ObjectReader } from '../../local-store/object-directory/object-reader.ts';

const createOnly = { ifNoneMatch: '*' } as const;
const body = Buffer.from('one batch');

function key(text: string): ObjectKey {
  return text as ObjectKey;
}

describe('the object directory', () => {
  let parent: string;
  let root: string;
  let directory: ObjectDirectory;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'object-directory-'));
    root = join(parent, 'data', 'objects');
    directory = await openObjectDirectory(root);
  });
  afterEach(async () => {
    await directory.close();
    await rm(parent, { recursive: true, force: true });
  });

  async function listed(prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    for await (const found of directory.list(prefix)) keys.push(found);
    return keys;
  }

  it("keeps an object as a file at its key's place, as it was put", async () => {
    await directory.put(key('batches/cus%41/k-1.json'), body, createOnly);
    expect(await readFile(`${root}/batches/cus%41/k-1.json`)).toEqual(body);
  });

  it('removes the directories that nothing is left in, but for the first level, and makes them again', async () => {
    const keys = ['aggregates/minute/a/2025/12/28/18/03', 'aggregates/minute/a/2025/12/29/00/00'].map(key);
    for (const each of keys) await directory.put(each, body, createOnly);
    await directory.delete(key('aggregates/minute/a/2025/12/28/18/03'));
    expect(await readdir(`${root}/aggregates/minute/a/2025/12`)).toEqual(['29']);
    await directory.delete(key('aggregates/minute/a/2025/12/29/00/00'));
    expect(await readdir(`${root}/aggregates`)).toEqual([]);
    // At once, in one round and beside deletions.
    const all = [1, 2, 3].map((n) => key(`aggregates/minute/b/${n}`));
    await Promise.all(all.map((each) => directory.put(each, body, createOnly)));
    await Promise.all([
      ...all.map((each) => directory.delete(each)),
      directory.put(key('aggregates/minute/b/4'), body, createOnly),
    ]);
    await Promise.all([
      directory.delete(key('aggregates/minute/b/4')),
      ...keys.map((each) => directory.put(each, body, createOnly)),
    ]);
    expect(await listed()).toEqual(keys);
    expect(await directory.get(keys[0] ?? key('a'))).toMatchObject({ body });
  });

  it('keeps its objects when it is closed and opened again', async () => {
    const { etag } = await directory.put(key('a/b'), body, createOnly);
    await directory.close();
    directory = await openObjectDirectory(root);
    expect(await directory.get(key('a/b'), { firstBytes: 3 })).toEqual({
      body: body.subarray(0, 3),
      etag,
      size: body.length,
    });
    await directory.put(key('a/b'), Buffer.from('new'), { ifMatch: etag });
  });

  it('removes unfinished files of a dead process when it is opened', async () => {
    await directory.close();
    await writeFile(`${root}/.tmp/123-1`, 'torn');
    directory = await openObjectDirectory(root);
    expect(await readdir(`${root}/.tmp`)).toEqual([]);
    await directory.put(key('a'), body, createOnly);
    expect(await readdir(`${root}/.tmp`)).toEqual([]);
  });

  it('takes keys at the limits of the grammar', async () => {
    const texts = ['a', '0', '-', '_', '%', '~', 'a.b', 'a..b', 'x'.repeat(200), `${'y'.repeat(200)}/z`];
    for (const text of texts) await directory.put(key(text), Buffer.from(text), createOnly);
    expect(await listed()).toEqual(texts.toSorted());
  });

  it('refuses a key whose place is the directory of other keys', async () => {
    await directory.put(key('a/b'), body, createOnly);
    await expect(directory.get(key('a'))).rejects.toThrow(InvalidObjectKey);
    await expect(directory.put(key('a'), body, createOnly)).rejects.toThrow(InvalidObjectKey);
    await expect(directory.put(key('a'), body, { ifMatch: 'x' })).rejects.toThrow(InvalidObjectKey);
    await expect(directory.delete(key('a'))).rejects.toThrow(InvalidObjectKey);
    expect((await directory.get(key('a/b')))?.body).toEqual(body);
  });

  it('refuses a key that is below another object', async () => {
    await directory.put(key('a'), body, createOnly);
    for (const text of ['a/b', 'a/b/c']) {
      await expect(directory.get(key(text))).rejects.toThrow(InvalidObjectKey);
      await expect(directory.put(key(text), body, createOnly)).rejects.toThrow(InvalidObjectKey);
      await expect(directory.delete(key(text))).rejects.toThrow(InvalidObjectKey);
    }
    expect((await directory.get(key('a')))?.body).toEqual(body);
    await directory.put(key('b/c'), body, createOnly);
  });

  it('lists only objects, and no other files', async () => {
    await directory.put(key('a/b'), body, createOnly);
    await writeFile(`${root}/a/.DS_Store`, '');
    await writeFile(`${root}/Thumbs.db`, '');
    await mkdir(`${root}/empty`);
    await symlink(parent, `${root}/Link`);
    expect(await listed()).toEqual(['a/b']);
  });

  it('lists a directory of more objects than are read, or sorted, at once, in order, from any of them', async () => {
    await directory.put(key('a/k'), body, createOnly);
    const names = Array.from({ length: 9_000 }, (_, n) => `k${'-x'.repeat(n % 3)}${(n * 7919) % 20_011}`);
    for (const name of names) writeFileSync(`${root}/a/${name}`, '');
    const sorted = [...names, 'k'].map((name) => `a/${name}`).toSorted();
    expect(await listed()).toEqual(sorted);
    const later: string[] = [];
    for await (const found of directory.list('a/', { startAfter: sorted[4_499] ?? '' })) later.push(found);
    expect(later).toEqual(sorted.slice(4_500));
  });

  it('is unavailable, and not empty, when its disk is gone', async () => {
    await directory.put(key('a/b'), body, createOnly);
    await rename(root, `${root}-elsewhere`);
    await mkdir(root); // a mount point still exists when nothing is mounted
    await expect(directory.get(key('a/b'))).rejects.toThrow(Unavailable);
    await expect(directory.put(key('a/c'), body, createOnly)).rejects.toThrow(Unavailable);
    await expect(listed()).rejects.toThrow(Unavailable);
    await rm(root, { recursive: true });
    await rename(`${root}-elsewhere`, root);
    expect((await directory.get(key('a/b')))?.body).toEqual(body);
    await directory.put(key('a/c'), body, createOnly);
  });

  it('creates a directory that was removed again, at the second attempt', async () => {
    await directory.put(key('a/b/c'), body, createOnly);
    await rm(`${root}/a`, { recursive: true });
    expect(await directory.get(key('a/b/c'))).toBeUndefined();
    await expect(directory.put(key('a/b/d'), body, createOnly)).rejects.toThrow(Unavailable);
    await directory.put(key('a/b/e'), body, createOnly);
    expect(await listed('a/b/e')).toEqual(['a/b/e']);
  });

  it('finishes the writes that have begun before it closes, and accepts no more', async () => {
    const writes = Array.from({ length: 300 }, (_, n) => directory.put(key(`a/${n}`), body, createOnly));
    await directory.close();
    await Promise.all(writes);
    await expect(directory.put(key('b'), body, createOnly)).rejects.toThrow(Unavailable);
    expect(await readdir(`${root}/a`)).toHaveLength(300);
    expect(await readdir(`${root}/.tmp`)).toEqual([]);
  });

  it('takes the writes of one key in their order', async () => {
    const created = directory.put(key('a'), body, createOnly);
    const refused = directory.put(key('a'), body, createOnly);
    const deleted = directory.delete(key('a'));
    const again = directory.put(key('a'), Buffer.from('again'), createOnly);
    await expect(refused).rejects.toThrow(PreconditionFailed);
    await Promise.all([created, deleted, again]);
    expect((await directory.get(key('a')))?.body.toString()).toBe('again');
  });

  it('gives the etag of what it read if the object is replaced while it is opened', async () => {
    const versions = ['version 1', 'version 2'] as const;
    await Promise.all(
      versions.map((text) => directory.put(key(text.at(-1) ?? ''), Buffer.from(text), createOnly)),
    );
    const etags = new KnownEtags();
    const reader = new ObjectReader(root, etags);
    for (let n = 0; n < 200; n += 1) {
      const source = (n % 2) + 1;
      const reading = reader.get(key('a'), { firstBytes: 9 });
      etags.beginWrite(key('a'));
      linkSync(`${root}/${source}`, `${root}/.tmp/next`);
      renameSync(`${root}/.tmp/next`, `${root}/a`);
      const found = await reading;
      const named = await reader.get(key(found?.body.toString().at(-1) ?? '1'));
      expect(found?.etag ?? named?.etag).toBe(named?.etag);
      etags.endWrite(key('a'), (await reader.get(key(String(source))))?.etag);
    }
  });

  it('can be read by another process, which sees each version with its etag', async () => {
    const reader = readObjectDirectory(root);
    let { etag } = await directory.put(key('a'), body, createOnly);
    expect(await reader.get(key('a'), { firstBytes: 3 })).toMatchObject({ etag, size: body.length });
    ({ etag } = await directory.put(key('a'), Buffer.from('two'), { ifMatch: etag }));
    expect(await reader.get(key('a'), { firstBytes: 3 })).toMatchObject({ etag, size: 3 });
    await expect(readObjectDirectory(`${root}-none`).get(key('a'))).rejects.toThrow(Unavailable);
  });

  it('cannot be opened where a file is', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(openObjectDirectory(join(parent, 'file'))).rejects.toThrow(Unavailable);
  });
});

describe('an object directory that is given what is not a key', () => {
  let parent: string;
  let directory: ObjectDirectory;

  // No test changes anything there, which each of them proves, so they share it.
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'object-directory-'));
    directory = await openObjectDirectory(join(parent, 'data', 'objects'));
  });
  afterAll(async () => {
    await directory.close();
    await rm(parent, { recursive: true, force: true });
  });

  it.each([
    '',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/./b',
    '/a',
    '/etc/passwd',
    'a/',
    'a//b',
    'a\\b',
    '..\\a',
    'c:a',
    'a\0b',
    'a\nb',
    'a\n',
    'a b',
    'A',
    'a/Bc',
    'ä',
    'a\u0308',
    '.hidden',
    '.tmp/1-1',
    'a/.tmp',
    'a/b.',
    'a./b',
    'a*',
    'a?b',
    'x'.repeat(201),
    Array.from({ length: 600 }, () => 'abcd').join('/'),
  ])('refuses %j', async (text) => {
    await expect(directory.get(key(text))).rejects.toThrow(InvalidObjectKey);
    await expect(directory.put(key(text), body, createOnly)).rejects.toThrow(InvalidObjectKey);
    await expect(directory.put(key(text), body, { ifMatch: 'x' })).rejects.toThrow(InvalidObjectKey);
    await expect(directory.delete(key(text))).rejects.toThrow(InvalidObjectKey);
    expect(await readdir(parent, { recursive: true })).toEqual(['data', 'data/objects', 'data/objects/.tmp']);
  });
});
