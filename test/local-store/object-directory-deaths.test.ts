import { readdir } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { PreconditionFailed, Unavailable } from '../../lib/errors.ts';
import { openObjectDirectory } from '../../local-store/object-directory.ts';
import { ObjectWriter } from '../../local-store/object-directory/object-writer.ts';
import { body, createOnly, key, otherKey, useObservedDirectory } from './observed-directory.ts';
import { observedFileOperations, systemError } from './observed-file-operations.ts';

const observed = useObservedDirectory();
const { failAlways, steps, visible } = observed;

describe('what a process that died may have left unflushed', () => {
  beforeEach(async () => {
    await observed.directory.put(key, body, createOnly);
    await observed.directory.close();
    await observed.reopen();
    observed.operations.length = 0;
  });

  const chain = ['flushDirectory ', 'flushDirectory batches', 'flushDirectory batches/cus'];

  it('is flushed, from the root down, before a creation is refused because of it', async () => {
    await expect(observed.directory.put(key, body, createOnly)).rejects.toThrow(PreconditionFailed);
    expect(steps().filter((step) => step.startsWith('flushDirectory'))).toEqual(chain);
  });

  it('is flushed before a read returns it, once', async () => {
    expect((await observed.directory.get(key))?.body).toEqual(body);
    await observed.directory.get(key);
    expect(steps()).toEqual(chain);
  });

  it('is not taken as stored while it cannot be flushed', async () => {
    failAlways('flushDirectory', 'EIO');
    await expect(observed.directory.put(key, body, createOnly)).rejects.toThrow(Unavailable);
    await expect(observed.directory.get(key)).rejects.toThrow(Unavailable);
    observed.before(() => {});
    expect((await observed.directory.get(key))?.body).toEqual(body);
  });
});

describe('a writer that takes the place of one that died', () => {
  let successor: ObjectWriter;

  beforeEach(async () => {
    await observed.directory.put(key, body, createOnly);
    await observed.directory.put(otherKey, body, createOnly);
    observed.operations.length = 0;
    const file = observedFileOperations((operation) =>
      observed.operations.push({ ...operation, path: operation.path.slice(observed.root.length + 1) }),
    );
    successor = new ObjectWriter(observed.root, file, { suspects: [key] });
  });

  it('writes objects in doubt again before it refuses a creation because of them', () => {
    expect(successor.write([{ kind: 'create', key, body }])).toEqual([{ status: 'precondition-failed' }]);
    expect(steps()).toEqual(
      expect.arrayContaining(['flushData temporary', 'rename batches/cus/1', 'flushDirectory batches/cus']),
    );
    observed.operations.length = 0;
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
      observed.before(() => {
        if (count >= survived) throw systemError('EDEAD');
        count += 1;
      });
      try {
        const { etag } = await (states.push('one'),
        observed.directory.put(key, Buffer.from('one'), createOnly));
        acknowledged = 1;
        states.push('two');
        await observed.directory.put(key, Buffer.from('two'), { ifMatch: etag });
        acknowledged = 2;
        states.push(undefined);
        await observed.directory.delete(key);
        acknowledged = 3;
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
      }

      const next = await openObjectDirectory(observed.root);
      const found = (await next.get(key))?.body.toString();
      expect(states.slice(acknowledged)).toContain(found);
      expect(await readdir(`${observed.root}/.tmp`)).toEqual([]);
      expect(await visible()).toEqual(found === undefined ? [] : [key]);
      await next.close();
    },
  );
});
