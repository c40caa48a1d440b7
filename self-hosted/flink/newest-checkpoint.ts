import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorCode } from '../../lib/error-code.ts';

/**
 * Finds the newest completed checkpoint in a directory of checkpoints, which has a folder per job.
 * @returns its address for Flink; `undefined` if there is none
 */
export async function newestCheckpoint(directory: string): Promise<string | undefined> {
  const found: { readonly path: string; readonly at: number }[] = [];
  for (const job of await foldersOf(directory)) {
    for (const checkpoint of await foldersOf(join(directory, job))) {
      if (!checkpoint.startsWith('chk-')) continue;
      const path = join(directory, job, checkpoint);
      const at = await completedAt(path);
      if (at !== undefined) found.push({ path, at });
    }
  }
  const [newest] = found.toSorted((a, b) => b.at - a.at);
  return newest && pathToFileURL(newest.path).href;
}

async function foldersOf(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error; // Flink deletes old checkpoints meanwhile
    return [];
  }
}

/** Returns when a checkpoint was completed: Flink writes this file last. */
async function completedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(join(path, '_metadata'))).mtimeMs;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return undefined;
  }
}
