import { opendir } from 'node:fs/promises';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { errorCode } from '../../lib/error-code.ts';
import { isKeySegment, isObjectKey } from './key-place.ts';
import { SymbolicLink } from '../symbolic-link.ts';
import { sortedRuns } from './sorted-runs.ts';

/**
 * Large on purpose: reading a directory of a million names then takes 250 turns of the event loop instead of 31,000.
 */
const entriesAtOnce = 4096;

/**
 * Lists the keys below a root in ascending order, directory by directory. It reads a directory when its turn comes,
 * and skips directories without matching keys. It reads all names of a directory, because the file system does not
 * order them; their kinds come with them, so no file has to be checked.
 * @throws SymbolicLink  a link may stand for matching keys
 */
export async function* listKeys(root: string, prefix: string, startAfter: string): AsyncGenerator<ObjectKey> {
  const directory = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  // Also keeps a prefix such as `../` from leading out of the root.
  if (directory !== '' && !isObjectKey(directory.slice(0, -1))) return;
  yield* listDirectory(root, directory, prefix, startAfter);
}

/** `directory` is '' or ends with `/`, and so do the names of directories; names then sort like the keys below them. */
async function* listDirectory(
  root: string,
  directory: string,
  prefix: string,
  startAfter: string,
): AsyncGenerator<ObjectKey> {
  const names = await readNames(`${root}/${directory}`, (name) => {
    const path = directory + name;
    if (!path.startsWith(prefix)) return false;
    return path > startAfter || (path.endsWith('/') && startAfter.startsWith(path));
  });
  for await (const run of sortedRuns(names)) {
    for (const name of run) {
      const path = directory + name;
      if (path.endsWith('/')) yield* listDirectory(root, path, prefix, startAfter);
      else if (isObjectKey(path)) yield path;
    }
  }
}

async function readNames(path: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const names: string[] = [];
  try {
    const directory = await opendir(path, { bufferSize: entriesAtOnce });
    try {
      for (let count = 0; ; count += 1) {
        // Only a read that may wait for the disk is worth a turn of the event loop. The other reads return names that
        // an earlier one fetched, or find the end after an incomplete one.
        const entry = count % entriesAtOnce === 0 ? await directory.read() : directory.readSync();
        if (entry === null) return names;
        // Files that people or programs put beside the objects (`.DS_Store`, `Thumbs.db`) are not objects.
        if (!isKeySegment(entry.name)) continue;
        if (entry.isSymbolicLink() && (isWanted(entry.name) || isWanted(`${entry.name}/`))) {
          throw new SymbolicLink(`${path}${entry.name}`);
        }
        const name = entry.isDirectory() ? `${entry.name}/` : entry.name;
        if ((entry.isDirectory() || entry.isFile()) && isWanted(name)) names.push(name);
      }
    } finally {
      directory.closeSync();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
