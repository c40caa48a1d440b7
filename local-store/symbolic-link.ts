import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { errorCode } from '../lib/error-code.ts';

/**
 * A symbolic link within the data directory. Nothing is read or written through it, because anybody could have chosen
 * its target.
 */
export class SymbolicLink extends Error {
  override readonly name = 'SymbolicLink';
  /** The system's error code when it refuses to follow a link. */
  readonly code = 'ELOOP';

  constructor(path: string) {
    super(
      `${path} is a symbolic link, and links within the data directory are not followed. Replace it with the file or folder that it leads ` +
        'to. DATA_DIR itself may be a link.',
    );
  }
}

/** @throws SymbolicLink  the last name of the path is a link */
export function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) throw new SymbolicLink(path);
}

/**
 * Makes sure that no file or folder of a data directory is a link, down to those of the log. Objects are checked when
 * they are used.
 * @throws SymbolicLink  one of them is a link
 */
export async function refuseLinksIn(dataDirectory: string): Promise<void> {
  for (const directory of [dataDirectory, `${dataDirectory}/log`]) {
    for (const name of await namesIn(directory)) refuseLink(`${directory}/${name}`);
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return []; // other checks report that, or create it
    throw error;
  }
}
