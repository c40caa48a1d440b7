import { opendir } from 'node:fs/promises';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { errorCode } from '../../lib/error-code.ts';
import { isKeySegment, isObjectKey } from './key-place.ts';
import { SymbolicLink } from '../symbolic-link.ts';
import { sortedRuns } from './sorted-runs.ts';

/** Many: a directory of a million names takes 250 turns of the event loop in place of 31,000. */
const entriesAtOnce = 4096;

/**
 * The keys below a root in ascending order, directory by directory. A directory is read when its turn comes, and not
 * at all where no key in it can be asked for. All of its names are read then, since the file system has them in no
 * order; their kinds come with them, so no file is looked at.
 * @throws SymbolicLink  a link may stand for keys that are asked for
 */
export async function* listKeys(root: string, prefix: string, startAfter: string): AsyncGenerator<ObjectKey> {
  const directory = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  // Also keeps a prefix such as `../` from leading out of the root.
  if (directory !== '' && !isObjectKey(directory.slice(0, -1))) return;
  yield* listDirectory(root, directory, prefix, startAfter);
}

/** `directory` is '' or ends with `/`, as do the names of directories: so names sort as the keys that they lead to. */
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
        // Only a read that may wait for the disk is worth a turn of the event loop: the others take what one of them
        // has brought along, or find after one that was not filled that there is no more.
        const entry = count % entriesAtOnce === 0 ? await directory.read() : directory.readSync();
        if (entry === null) return names;
        // What people or programs put beside the objects (`.DS_Store`, `Thumbs.db`) is none.
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
