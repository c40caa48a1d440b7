import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../lib/error-code.ts';
import { UnreadableFormat } from '../lib/errors.ts';
import { flushDirectory } from './durable-files.ts';
import { privateFileMode } from './private-modes.ts';

/** A file that has a secret of 32 random bytes, which only its owner can read. */
export interface SecretFile {
  readonly path: string;
  /** The sentence for its owner if it is damaged: what happens when it is removed. */
  readonly ifRemoved: string;
}

const secretPattern = /^[0-9a-f]{64}\n$/;

/**
 * Returns the secret in a file, and makes it once. A later process finds the one that an earlier one made, also after a
 * power cut.
 * @throws UnreadableFormat  the file is damaged
 */
export async function openSecret(file: SecretFile): Promise<string> {
  const known = await readSecret(file);
  if (known !== undefined) return known;
  const { path } = file;
  const temporary = `${path}.${randomBytes(4).toString('hex')}.new`;
  const handle = await open(temporary, 'wx', privateFileMode);
  try {
    await handle.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(temporary, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error; // another process has just made one, which is used
  } finally {
    await rm(temporary);
  }
  await flushDirectory(dirname(path));
  const made = await readSecret(file);
  if (made === undefined) throw new UnreadableFormat(`${path} was removed while it was made.`);
  return made;
}

/**
 * Reads the secret; returns `undefined` where none was made yet.
 * @throws UnreadableFormat  the file is damaged
 */
export async function readSecret({ path, ifRemoved }: SecretFile): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    if (secretPattern.test(text)) return text.trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  throw new UnreadableFormat(
    `${path} is damaged: it should have 64 hexadecimal digits. Restore it, or remove it: ${ifRemoved}.`,
  );
}
