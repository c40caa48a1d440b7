import { readdir } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed, Unavailable } from '../../lib/errors.ts';
import { body, createOnly, key, otherKey, useObservedDirectory } from './observed-directory.ts';

const observed = useObservedDirectory();
const { failOnce, failAlways, steps, visible } = observed;

describe('the order of a write', () => {
  it('flushes new directories from the top, then the content, then names it, then flushes the name', async () => {
    await observed.directory.put(key, body, createOnly);
    expect(steps()).toEqual([
      'flushDirectory ',
      'makeDirectory batches',
      'flushDirectory ',
      'makeDirectory batches/cus',
      'flushDirectory batches',
      'create temporary',
      'write temporary',
      'flushData temporary',
      'link batches/cus/1',
      'flushDirectory batches/cus',
      'close temporary',
      'unlink temporary',
    ]);
  });

  it('looks at no parents the second time', async () => {
    await observed.directory.put(key, body, createOnly);
    observed.operations.length = 0;
    await observed.directory.put(otherKey, body, createOnly);
    expect(steps().filter((step) => step.includes('Directory'))).toEqual(['flushDirectory batches/cus']);
  });

  it('flushes every content before the first name, and a directory once for all', async () => {
    await observed.directory.put(key, body, createOnly);
    observed.operations.length = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        observed.directory.put(`batches/cus/many-${n}` as ObjectKey, body, createOnly),
      ),
    );
    const names = observed.operations.map(({ name }) => name);
    expect(names.lastIndexOf('flushData')).toBeLessThan(names.indexOf('link'));
    expect(names.lastIndexOf('link')).toBeLessThan(names.indexOf('flushDirectory'));
    expect(names.filter((name) => name === 'flushDirectory')).toHaveLength(1);
  });

  it('renames over what it replaces, and flushes a deletion', async () => {
    const { etag } = await observed.directory.put(key, body, createOnly);
    observed.operations.length = 0;
    await observed.directory.put(key, Buffer.from('two'), { ifMatch: etag });
    await observed.directory.delete(key);
    expect(steps()).toEqual([
      'create temporary',
      'write temporary',
      'flushData temporary',
      'rename batches/cus/1',
      'flushDirectory batches/cus',
      'close temporary',
      'unlink batches/cus/1',
      'flushDirectory batches/cus',
      'removeDirectory batches/cus',
    ]);
  });
});

describe('a write that fails', () => {
  it.each([
    ['create', 'EMFILE'],
    ['write', 'ENOSPC'],
    ['flushData', 'EIO'],
    ['link', 'ENOSPC'],
    ['makeDirectory', 'EACCES'],
  ] as const)('at %s with %s is unavailable, leaves nothing and can be repeated', async (name, code) => {
    failOnce(name, code);
    const failure = await observed.directory.put(key, body, createOnly).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Unavailable);
    expect(failure).toHaveProperty('cause.code', code);
    expect(await visible()).toEqual([]);
    expect(await readdir(`${observed.root}/.tmp`)).toEqual([]);
    await observed.directory.put(key, body, createOnly);
    expect((await observed.directory.get(key))?.body).toEqual(body);
  });

  it('leaves the old object when the new one cannot be written', async () => {
    const { etag } = await observed.directory.put(key, body, createOnly);
    for (const name of ['write', 'flushData', 'rename'] as const) {
      failOnce(name, 'ENOSPC');
      await expect(observed.directory.put(key, Buffer.from('new'), { ifMatch: etag })).rejects.toThrow(
        Unavailable,
      );
      expect(await observed.directory.get(key)).toEqual({ body, etag, size: body.length });
    }
    await observed.directory.put(key, Buffer.from('new'), { ifMatch: etag });
  });

  it('fails alone among the changes of its round', async () => {
    await observed.directory.put(key, body, createOnly);
    failOnce('link', 'EIO', 'batches/cus/3');
    const results = await Promise.allSettled(
      [2, 3, 4].map((n) => observed.directory.put(`batches/cus/${n}` as ObjectKey, body, createOnly)),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('never flushes a file a second time after its flush failed', async () => {
    failOnce('flushData', 'EIO');
    await expect(observed.directory.put(key, body, createOnly)).rejects.toThrow(Unavailable);
    await observed.directory.put(key, body, createOnly);
    const flushed = observed.operations.filter(({ name }) => name === 'flushData').map(({ path }) => path);
    expect(new Set(flushed).size).toBe(2);
  });
});

describe('a write whose directory cannot be flushed', () => {
  let failure: unknown;

  beforeEach(async () => {
    await observed.directory.put(otherKey, body, createOnly);
    failOnce('flushDirectory', 'EIO', 'batches/cus');
    failure = await observed.directory.put(key, body, createOnly).catch((error: unknown) => error);
    observed.operations.length = 0;
  });

  it('is unavailable', () => {
    expect(failure).toBeInstanceOf(Unavailable);
    expect(failure).toHaveProperty('cause.code', 'EIO');
  });

  const renewal = ['create temporary', 'write temporary', 'flushData temporary', 'rename batches/cus/1'];

  it('is written again before the next read trusts it', async () => {
    expect((await observed.directory.get(key))?.body).toEqual(body);
    expect(steps()).toEqual(expect.arrayContaining(renewal));
    expect(steps().slice(steps().indexOf('rename batches/cus/1'))).toContain('flushDirectory batches/cus');
    observed.operations.length = 0;
    await observed.directory.get(key);
    expect(steps()).toEqual([]);
  });

  it('stays in doubt when other writes of its directory succeed', async () => {
    await observed.directory.put('batches/cus/3' as ObjectKey, body, createOnly);
    observed.operations.length = 0;
    expect((await observed.directory.get(key))?.body).toEqual(body);
    expect(steps()).toEqual(expect.arrayContaining(renewal));
  });

  it('is written again before the next creation is refused because of it', async () => {
    await expect(observed.directory.put(key, body, createOnly)).rejects.toThrow(PreconditionFailed);
    expect(steps()).toEqual(expect.arrayContaining(renewal));
  });

  it.each(['flushData', 'flushDirectory', 'rename', 'read'] as const)(
    'stays unavailable while it cannot be written anew, for want of %s',
    async (name) => {
      failAlways(name, 'EIO');
      for (let n = 0; n < 3; n += 1) await expect(observed.directory.get(key)).rejects.toThrow(Unavailable);
      await expect(observed.directory.put(key, body, createOnly)).rejects.toThrow(Unavailable);
      observed.before(() => {});
      expect((await observed.directory.get(key))?.body).toEqual(body);
    },
  );

  it('changes the directory before it is flushed again, so that the flush cannot pass over what it lost', async () => {
    await observed.directory.put('batches/cus/3' as ObjectKey, body, createOnly);
    const first = steps().indexOf('flushDirectory batches/cus');
    expect(steps().slice(0, first)).toEqual(
      expect.arrayContaining(['makeDirectory batches/cus/.touched', 'removeDirectory batches/cus/.touched']),
    );
  });

  it('leaves the other keys of the directory as they were', async () => {
    expect((await observed.directory.get(otherKey))?.body).toEqual(body);
    expect(await visible()).toEqual([key, otherKey]);
  });
});

describe('a racing write that was refused', () => {
  it('is unavailable too if the object that refused it cannot be flushed', async () => {
    await observed.directory.put(otherKey, body, createOnly);
    failOnce('flushDirectory', 'EIO', 'batches/cus');
    const results = await Promise.allSettled([1, 2].map(() => observed.directory.put(key, body, createOnly)));
    for (const result of results) {
      expect(result.status === 'rejected' && result.reason).toBeInstanceOf(Unavailable);
    }
  });
});

describe('a new parent directory whose flush fails', () => {
  it('is created again by the next write', async () => {
    await observed.directory.put('batches/other' as ObjectKey, body, createOnly);
    failOnce('flushDirectory', 'EIO', 'batches');
    await expect(observed.directory.put(key, body, createOnly)).rejects.toThrow(Unavailable);
    observed.operations.length = 0;
    await observed.directory.put(key, body, createOnly);
    expect(steps()).toContain('makeDirectory batches/cus');
  });
});
