import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import {
  openObjectDirectory,
  readObjectDirectory,
  type ObjectDirectory,
} from '../../local-store/object-directory.ts';
import { observedFileOperations, systemError, type ObservedOperation } from './observed-file-operations.ts';

export const createOnly = { ifNoneMatch: '*' } as const;
export const key = 'batches/cus/1' as ObjectKey;
export const otherKey = 'batches/cus/2' as ObjectKey;
export const body = Buffer.from('one batch');

/** Opens an object directory for each test of a file, which sees its file operations and can make them fail. */
export function useObservedDirectory() {
  let root: string;
  let directory: ObjectDirectory;
  const operations: ObservedOperation[] = [];
  let before: (operation: ObservedOperation) => void;

  const open = () =>
    openObjectDirectory(root, {
      operations: observedFileOperations((operation) => {
        operations.push({ ...operation, path: operation.path.slice(root.length + 1) });
        before(operation);
      }),
    });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'object-directory-'));
    operations.length = 0;
    before = () => {};
    directory = await open();
  });
  afterEach(async () => {
    await directory.close();
    await rm(root, { recursive: true, force: true });
  });

  return {
    operations,
    get root() {
      return root;
    },
    get directory() {
      return directory;
    },
    async reopen() {
      directory = await open();
    },
    /** Sets what runs before each operation, or fails in its place. */
    before(run: typeof before) {
      before = run;
    },
    failOnce: (name: ObservedOperation['name'], code: string, path?: string): void => {
      before = (operation) => {
        if (operation.name !== name || (path !== undefined && operation.path !== `${root}/${path}`)) return;
        before = () => {};
        throw systemError(code);
      };
    },
    failAlways: (name: ObservedOperation['name'], code: string): void => {
      before = (operation) => {
        if (operation.name === name) throw systemError(code);
      };
    },
    /** Returns the operations, without the places of temporary files. */
    steps: (): string[] =>
      operations.map(({ name, path }) => `${name} ${path.replace(/^\.tmp\/.*/, 'temporary')}`),
    /** Returns the keys of the objects that another process would find. */
    visible: async (): Promise<string[]> => {
      const keys: string[] = [];
      for await (const found of readObjectDirectory(root).list('')) keys.push(found);
      return keys;
    },
  };
}
