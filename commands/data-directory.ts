import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { requireDataDirectoryFormat } from '../local-store/data-directory-format.ts';
import { refuseLinksIn } from '../local-store/symbolic-link.ts';
import { describeDenied, isDenied } from './permission-denied.ts';

/** There is no data directory, or none that this program can use; the message says why. */
export class UnusableDataDirectory extends Error {
  override readonly name = 'UnusableDataDirectory';
}

/**
 * Makes sure that there is a data directory which this program understands, without making or changing any.
 * @returns its path
 * @throws UnusableDataDirectory  there is none
 * @throws UnreadableFormat       a newer version of this program wrote it
 * @throws SymbolicLink           one of its files or folders is a link
 */
export async function requireDataDirectory(path: string): Promise<string> {
  const directory = resolve(path);
  // Written first of all when a data directory is made: so the next call finds it and writes none.
  try {
    await stat(join(directory, 'format.json'));
  } catch (cause) {
    if (isDenied(cause)) throw new UnusableDataDirectory(describeDenied(cause, directory));
    throw new UnusableDataDirectory(
      `There is no data directory at ${directory}. npm start makes one; --data-dir names another.`,
      { cause },
    );
  }
  await refuseLinksIn(directory);
  await requireDataDirectoryFormat(directory);
  return directory;
}
