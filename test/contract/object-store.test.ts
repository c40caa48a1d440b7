import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { openObjectDirectory } from '../../local-store/object-directory.ts';
import { describeObjectStore } from './object-store.contract.ts';

describeObjectStore('in memory', async () => ({ store: new InMemoryObjectStore(), close: async () => {} }));

describeObjectStore('in a directory', async () => {
  const root = await mkdtemp(join(tmpdir(), 'object-directory-'));
  const store = await openObjectDirectory(root);
  const close = async (): Promise<void> => {
    await store.close();
    await rm(root, { recursive: true });
  };
  return { store, close };
});
