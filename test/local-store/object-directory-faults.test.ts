import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed, Unavailable } from '../../lib/errors.ts';
import {
  openObjectDirectory,
  readObjectDirectory,
  type ObjectDirectory,
} from '../../local-store/object-directory.ts';
import { ObjectWriter } from '../../local-store/object-directory/object-writer.ts';
import { observedFileOperations, systemError, type ObservedOperation } from './observed-file-operations.ts';

const createOnly = { ifNoneMatch: '*' } as const;
const key = 'batches/cus/1' as ObjectKey;
const otherKey = 'batches/cus/2' as ObjectKey;
const body = Buffer.from('one batch');

let root: string;
let operations: ObservedOperation[];
let directory: ObjectDirectory;
/** Runs before an operation, or fails in its place; does nothing by default. */
let before: (operation: ObservedOperation) => void;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'object-directory-'));
  operations = [];
  before = () => {};
  directory = await open();
});
afterEach(async () => {
  await directory.close();
  await rm(root, { recursive: true, force: true });
});

function open(): Promise<ObjectDirectory> {
  return openObjectDirectory(root, {
    operations: observedFileOperations((operation) => {
      operations.push({ ...operation, path: operation.path.slice(root.length + 1) });
      before(operation);
    }),
  });
}

function failOnce(name: ObservedOperation['name'], code: string, path?: string): void {
  before = (operation) => {
    if (operation.name !== name || (path !== undefined && operation.path !== `${root}/${path}`)) return;
    before = () => {};
    throw systemError(code);
  };
}

function failAlways(name: ObservedOperation['name'], code: string): void {
  before = (operation) => {
    if (operation.name === name) throw systemError(code);
  };
}

/** Returns the operations, without the places of temporary files. */
function steps(): string[] {
  return operations.map(({ name, path }) => `${name} ${path.replace(/^\.tmp\/.*/, 'temporary')}`);
}

async function visible(): Promise<string[]> {
  const keys: string[] = [];
  for await (const found of readObjectDirectory(root).list('')) keys.push(found);
  return keys;
}

describe('the order of a write', () => {
  it('flushes new directories from the top, then the content, then names it, then flushes the name', async () => {
    await directory.put(key, body, createOnly);
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
    await directory.put(key, body, createOnly);
    operations.length = 0;
    await directory.put(otherKey, body, createOnly);
    expect(steps().filter((step) => step.includes('Directory'))).toEqual(['flushDirectory batches/cus']);
  });

  it('flushes every content before the first name, and a directory once for all', async () => {
    await directory.put(key, body, createOnly);
    operations.length = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        directory.put(`batches/cus/many-${n}` as ObjectKey, body, createOnly),
      ),
    );
    const names = operations.map(({ name }) => name);
    expect(names.lastIndexOf('flushData')).toBeLessThan(names.indexOf('link'));
    expect(names.lastIndexOf('link')).toBeLessThan(names.indexOf('flushDirectory'));
    expect(names.filter((name) => name === 'flushDirectory')).toHaveLength(1);
  });

  it('renames over what it replaces, and flushes a deletion', async () => {
    const { etag } = await directory.put(key, body, createOnly);
    operations.length = 0;
    await directory.put(key, Buffer.from('two'), { ifMatch: etag });
    await directory.delete(key);
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

describe('what a process that died may have left unflushed', () => {
  beforeEach(async () => {
    await directory.put(key, body, createOnly);
    await directory.close();
    directory = await open();
    operations.length = 0;
  });

  const chain = ['flushDirectory ', 'flushDirectory batches', 'flushDirectory batches/cus'];

  it('is flushed, from the root down, before a creation is refused because of it', async () => {
    await expect(directory.put(key, body, createOnly)).rejects.toThrow(PreconditionFailed);
    expect(steps().filter((step) => step.startsWith('flushDirectory'))).toEqual(chain);
  });

  it('is flushed before a read returns it, once', async () => {
    expect((await directory.get(key))?.body).toEqual(body);
    await directory.get(key);
    expect(steps()).toEqual(chain);
  });

  it('is not taken as stored while it cannot be flushed', async () => {
    failAlways('flushDirectory', 'EIO');
    await expect(directory.put(key, body, createOnly)).rejects.toThrow(Unavailable);
    await expect(directory.get(key)).rejects.toThrow(Unavailable);
    before = () => {};
    expect((await directory.get(key))?.body).toEqual(body);
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
    const failure = await directory.put(key, body, createOnly).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Unavailable);
    expect(failure).toHaveProperty('cause.code', code);
    expect(await visible()).toEqual([]);
    expect(await readdir(`${root}/.tmp`)).toEqual([]);
    await directory.put(key, body, createOnly);
    expect((await directory.get(key))?.body).toEqual(body);
  });

  it('leaves the old object when the new one cannot be written', async () => {
    const { etag } = await directory.put(key, body, createOnly);
    for (const name of ['write', 'flushData', 'rename'] as const) {
      failOnce(name, 'ENOSPC');
      await expect(directory.put(key, Buffer.from('new'), { ifMatch: etag })).rejects.toThrow(Unavailable);
      expect(await directory.get(key)).toEqual({ body, etag, size: body.length });
    }
    await directory.put(key, Buffer.from('new'), { ifMatch: etag });
  });

  it('fails alone among the changes of its round', async () => {
    await directory.put(key, body, createOnly);
    failOnce('link', 'EIO', 'batches/cus/3');
    const results = await Promise.allSettled(
      [2, 3, 4].map((n) => directory.put(`batches/cus/${n}` as ObjectKey, body, createOnly)),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('never flushes a file a second time after its flush failed', async () => {
    failOnce('flushData', 'EIO');
    await expect(directory.put(key, body, createOnly)).rejects.toThrow(Unavailable);
    await directory.put(key, body, createOnly);
    const flushed = operations.filter(({ name }) => name === 'flushData').map(({ path }) => path);
    expect(new Set(flushed).size).toBe(2);
  });
});

describe('a write whose directory cannot be flushed', () => {
  let failure: unknown;

  beforeEach(async () => {
    await directory.put(otherKey, body, createOnly);
    failOnce('flushDirectory', 'EIO', 'batches/cus');
    failure = await directory.put(key, body, createOnly).catch((error: unknown) => error);
    operations.length = 0;
  });

  it('is unavailable', () => {
    expect(failure).toBeInstanceOf(Unavailable);
    expect(failure).toHaveProperty('cause.code', 'EIO');
  });

  const renewal = ['create temporary', 'write temporary', 'flushData temporary', 'rename batches/cus/1'];

  it('is written again before the next read trusts it', async () => {
    expect((await directory.get(key))?.body).toEqual(body);
    expect(steps()).toEqual(expect.arrayContaining(renewal));
    expect(steps().slice(steps().indexOf('rename batches/cus/1'))).toContain('flushDirectory batches/cus');
    operations.length = 0;
    await directory.get(key);
    expect(steps()).toEqual([]);
  });

  it('stays in doubt when other writes of its directory succeed', async () => {
    await directory.put('batches/cus/3' as ObjectKey, body, createOnly);
    operations.length = 0;
    expect((await directory.get(key))?.body).toEqual(body);
    expect(steps()).toEqual(expect.arrayContaining(renewal));
  });

  it('is written again before the next creation is refused because of it', async () => {
    await expect(directory.put(key, body, createOnly)).rejects.toThrow(PreconditionFailed);
    expect(steps()).toEqual(expect.arrayContaining(renewal));
  });

  it.each(['flushData', 'flushDirectory', 'rename', 'read'] as const)(
    'stays unavailable while it cannot be written anew, for want of %s',
    async (name) => {
      failAlways(name, 'EIO');
      for (let n = 0; n < 3; n += 1) await expect(directory.get(key)).rejects.toThrow(Unavailable);
      await expect(directory.put(key, body, createOnly)).rejects.toThrow(Unavailable);
      before = () => {};
      expect((await directory.get(key))?.body).toEqual(body);
    },
  );

  it('changes the directory before it is flushed again, so that the flush cannot pass over what it lost', async () => {
    await directory.put('batches/cus/3' as ObjectKey, body, createOnly);
    const first = steps().indexOf('flushDirectory batches/cus');
    expect(steps().slice(0, first)).toEqual(
      expect.arrayContaining(['makeDirectory batches/cus/.touched', 'removeDirectory batches/cus/.touched']),
    );
  });

  it('leaves the other keys of the directory as they were', async () => {
    expect((await directory.get(otherKey))?.body).toEqual(body);
    expect(await visible()).toEqual([key, otherKey]);
  });
});

describe('a racing write that was refused', () => {
  it('is unavailable too if the object that refused it cannot be flushed', async () => {
    await directory.put(otherKey, body, createOnly);
    failOnce('flushDirectory', 'EIO', 'batches/cus');
    const results = await Promise.allSettled([1, 2].map(() => directory.put(key, body, createOnly)));
    for (const result of results) {
      expect(result.status === 'rejected' && result.reason).toBeInstanceOf(Unavailable);
    }
  });
});

describe('a new parent directory whose flush fails', () => {
  it('is created again by the next write', async () => {
    await directory.put('batches/other' as ObjectKey, body, createOnly);
    failOnce('flushDirectory', 'EIO', 'batches');
    await expect(directory.put(key, body, createOnly)).rejects.toThrow(Unavailable);
    operations.length = 0;
    await directory.put(key, body, createOnly);
    expect(steps()).toContain('makeDirectory batches/cus');
  });
});

describe('a writer that takes the place of one that died', () => {
  let successor: ObjectWriter;

  beforeEach(async () => {
    await directory.put(key, body, createOnly);
    await directory.put(otherKey, body, createOnly);
    operations.length = 0;
    const observed = observedFileOperations((operation) =>
      operations.push({ ...operation, path: operation.path.slice(root.length + 1) }),
    );
    successor = new ObjectWriter(root, observed, { suspects: [key] });
  });

  it('writes objects in doubt again before it refuses a creation because of them', () => {
    expect(successor.write([{ kind: 'create', key, body }])).toEqual([{ status: 'precondition-failed' }]);
    expect(steps()).toEqual(
      expect.arrayContaining(['flushData temporary', 'rename batches/cus/1', 'flushDirectory batches/cus']),
    );
    operations.length = 0;
    successor.write([{ kind: 'settle', key }]);
    expect(steps()).toEqual([]);
  });

  it('leaves objects alone that were not in doubt', () => {
    expect(successor.write([{ kind: 'settle', key: otherKey }])).toEqual([{ status: 'done' }]);
    expect(steps()).not.toContain('rename batches/cus/2');
  });

  it('changes each directory before its first flush, as one that failed before may be forgotten', () => {
    successor.write([{ kind: 'settle', key: otherKey }]);
    const touched = (path: string) => [
      `makeDirectory ${path}.touched`,
      `removeDirectory ${path}.touched`,
      `flushDirectory ${path.slice(0, -1)}`,
    ];
    expect(steps()).toEqual([...touched(''), ...touched('batches/'), ...touched('batches/cus/')]);
  });
});

describe('a process that dies between two file operations', () => {
  /** Number of operations of a creation, a replacement and a deletion, rounded up. */
  const operationCount = 30;

  it.each(Array.from({ length: operationCount }, (_, n) => n))(
    'leaves whole objects only, and all that were acknowledged, when it dies after %i of them',
    async (survived) => {
      const states: (string | undefined)[] = [undefined];
      let acknowledged = 0;
      let count = 0;
      before = () => {
        if (count >= survived) throw systemError('EDEAD');
        count += 1;
      };
      try {
        const { etag } = await (states.push('one'), directory.put(key, Buffer.from('one'), createOnly));
        acknowledged = 1;
        states.push('two');
        await directory.put(key, Buffer.from('two'), { ifMatch: etag });
        acknowledged = 2;
        states.push(undefined);
        await directory.delete(key);
        acknowledged = 3;
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
      }

      const next = await openObjectDirectory(root);
      const found = (await next.get(key))?.body.toString();
      expect(states.slice(acknowledged)).toContain(found);
      expect(await readdir(`${root}/.tmp`)).toEqual([]);
      expect(await visible()).toEqual(found === undefined ? [] : [key]);
      await next.close();
    },
  );
});
