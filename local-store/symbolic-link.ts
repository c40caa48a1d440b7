import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { errorCode } from '../lib/error-code.ts';

/** A symbolic link within the data directory. Whoever made it decides where it leads, so nothing is read or written through it. */
export class SymbolicLink extends Error {
  override readonly name = 'SymbolicLink';
  /** The code that the system uses where it does not follow links. */
  readonly code = 'ELOOP';

  constructor(path: string) {
    super(
      `${path} is a symbolic link, and links within the data directory are not followed. Move what it leads to into its ` +
        'place. DATA_DIR itself may be a link.',
    );
  }
}

/** @throws SymbolicLink  the last name of the path is one */
export function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) throw new SymbolicLink(path);
}

/**
 * Makes sure that the files and folders of a data directory are its own, down to those of the log. Objects are looked at when
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
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return []; // others say so, or make it
    throw error;
  }
}
