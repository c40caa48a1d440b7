import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { requireDataDirectoryFormat } from '../local-store/data-directory-format.ts';
import { refuseLinksIn } from '../local-store/symbolic-link.ts';
import { describeDenied, isDenied } from './permission-denied.ts';

/** A data directory that is missing or that this program cannot use; the message says why. */
export class UnusableDataDirectory extends Error {
  override readonly name = 'UnusableDataDirectory';
}

/**
 * Checks that a data directory exists and has a format that this program understands. It creates and changes nothing.
 * @returns its path
 * @throws UnusableDataDirectory  the directory does not exist
 * @throws UnreadableFormat       a newer version of this program wrote it
 * @throws SymbolicLink           one of its files or folders is a link
 */
export async function requireDataDirectory(path: string): Promise<string> {
  const directory = resolve(path);
  // A new data directory gets its format file first, so the next call finds it and writes none.
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
