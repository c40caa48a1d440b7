import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatApiKeyFile, parseApiKeyFile, type ApiKeyRecords } from '../../lib/domain/api-key-file.ts';
import { errorCode } from '../../lib/error-code.ts';
import { messageOf } from '../../lib/message-of.ts';

/** A file of API keys that cannot be read or written; the message says why. */
export class UnusableKeyFile extends Error {
  override readonly name = 'UnusableKeyFile';
}

/**
 * Reads the records of a file of API keys; a file that does not exist yet has none.
 * @throws UnusableKeyFile   it cannot be read
 * @throws UnreadableFormat  it is damaged, or a newer version of this program wrote it
 */
export async function readKeyFile(path: string): Promise<ApiKeyRecords> {
  try {
    return parseApiKeyFile(await readFile(path, 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Map();
    throw errorCode(error) === undefined ? error : unusable('read', error);
  }
}

/**
 * Replaces the records of a file at once: a server that reads it meanwhile sees all of them, old or new.
 * @throws UnusableKeyFile  it cannot be written; nothing was changed
 */
export async function writeKeyFile(path: string, records: ApiKeyRecords): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o640);
    try {
      await file.writeFile(formatApiKeyFile(records));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw unusable('written', error);
  }
  const directory = await open(dirname(path));
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function unusable(done: 'read' | 'written', cause: unknown): UnusableKeyFile {
  const reason = messageOf(cause);
  return new UnusableKeyFile(`The file of API keys cannot be ${done}: ${reason}.`, { cause });
}
