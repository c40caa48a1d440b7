import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openObjectDirectory, type ObjectDirectory } from '../../local-store/object-directory.ts';
import type { ObjectDirectoryOptions } from '../../local-store/object-directory/open-object-directory.ts';

/** Opens an object directory in a new place, which its `close` removes. */
export async function temporaryObjectDirectory(
  options: ObjectDirectoryOptions = {},
): Promise<{ readonly store: ObjectDirectory; readonly close: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'object-directory-'));
  const store = await openObjectDirectory(root, options);
  const close = async (): Promise<void> => {
    await store.close();
    await rm(root, { recursive: true });
  };
  return { store, close };
}
