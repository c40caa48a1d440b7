import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../lib/error-code.ts';
import { privateDirectoryMode, privateFileMode } from './private-modes.ts';

type FlushDirectory = (path: string) => Promise<void>;

/**
 * Creates a directory and its missing parents; once it returns, their names survive a power cut. That also holds for
 * a directory that existed already: the process that created it may have died before it flushed the name.
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
    // We created nothing in a parent that we may not even read: somebody else gave us the directory.
    if (errorCode(error) !== 'EACCES' && errorCode(error) !== 'EPERM') throw error;
  }
}

/** Writes a whole file in place of any earlier one; once it returns, the file survives a power cut. */
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

/** Makes the names in the directory survive a power cut. */
export async function flushDirectory(path: string): Promise<void> {
  // Windows refuses to open a directory for a flush. NTFS journals names by itself.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
