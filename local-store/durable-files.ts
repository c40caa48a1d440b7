import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../lib/error-code.ts';
import { privateDirectoryMode, privateFileMode } from './private-modes.ts';

type FlushDirectory = (path: string) => Promise<void>;

/**
 * Makes the directory and its missing parents; when it returns, their names survive the machine losing power. So does that
 * of a directory which was there already: whoever made it may have died before its name was flushed.
 */
export async function makeDurableDirectory(
  path: string,
  flush: FlushDirectory = flushDirectory,
): Promise<void> {
  try {
    await mkdir(path, privateDirectoryMode);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return flushFoundName(path, flush);
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDurableDirectory(dirname(path), flush);
    await mkdir(path, privateDirectoryMode);
  }
  await flush(dirname(path));
}

async function flushFoundName(path: string, flush: FlushDirectory): Promise<void> {
  try {
    await flush(dirname(path));
  } catch (error) {
    // In a parent that we may not even read we have made nothing: others have given us the directory.
    if (errorCode(error) !== 'EACCES' && errorCode(error) !== 'EPERM') throw error;
  }
}

/** Writes a whole file in place of what is there; when it returns, it survives the machine losing power. */
export async function writeDurableFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', privateFileMode);
  try {
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await flushDirectory(dirname(path));
}

/** Makes the names in the directory survive the machine losing power. */
export async function flushDirectory(path: string): Promise<void> {
  // Windows cannot flush a directory: opening one for it is refused. NTFS journals names by itself.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
