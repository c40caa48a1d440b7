import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../lib/error-code.ts';
import { UnreadableFormat } from '../lib/errors.ts';
import { flushDirectory } from './durable-files.ts';
import { privateFileMode } from './private-modes.ts';

const secretPattern = /^[0-9a-f]{64}\n$/;

/**
 * Returns the secret by which the visitors of a data directory are hashed, and makes it once. A later process finds the one
 * that an earlier one made, also after a power cut: otherwise a visitor of today would be counted twice.
 * @throws UnreadableFormat  its file is damaged
 */
export async function openVisitorsSecret(directory: string): Promise<string> {
  const known = await readVisitorsSecret(directory);
  if (known !== undefined) return known;
  const path = pathIn(directory);
  const temporary = `${path}.${randomBytes(4).toString('hex')}.new`;
  const file = await open(temporary, 'wx', privateFileMode);
  try {
    await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error; // another process has just made one, which is used
  } finally {
    await rm(temporary);
  }
  await flushDirectory(dirname(path));
  const made = await readVisitorsSecret(directory);
  if (made === undefined) throw new UnreadableFormat(`${path} was removed while it was made.`);
  return made;
}

/**
 * Reads the secret; returns `undefined` where none was made yet.
 * @throws UnreadableFormat  its file is damaged
 */
export async function readVisitorsSecret(directory: string): Promise<string | undefined> {
  const path = pathIn(directory);
  try {
    const text = await readFile(path, 'utf8');
    if (secretPattern.test(text)) return text.trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  throw new UnreadableFormat(
    `${path} is damaged: it should have 64 hexadecimal digits. Restore it, or remove it: visitors of today are then counted anew.`,
  );
}

function pathIn(directory: string): string {
  return join(directory, 'visitors-secret');
}
