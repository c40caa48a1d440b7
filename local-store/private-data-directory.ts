import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../lib/error-code.ts';
import { makeDurableDirectory } from './durable-files.ts';
import type { Logger } from './logger.ts';
import { privateDirectoryMode, privateFileMode } from './private-modes.ts';
import { refuseLinksIn } from './symbolic-link.ts';
import { messageOf } from '../lib/message-of.ts';

/**
 * Creates the data directory if it is missing, and makes it accessible to its owner only. If an older version or a
 * copy left it readable, this corrects the directory itself first, so that nobody else can reach its contents, and
 * then the contents.
 * @param setMode  for tests
 * @throws SymbolicLink  one of its files or folders is a link
 */
export async function openPrivately(
  dataDirectory: string,
  logger: Logger,
  setMode: typeof chmodSync = chmodSync,
): Promise<void> {
  await makeDurableDirectory(dataDirectory);
  await refuseLinksIn(dataDirectory);
  if (process.platform === 'win32') return; // modes have no effect there
  try {
    const wasPrivate = isPrivate(dataDirectory);
    if (!wasPrivate) setMode(dataDirectory, privateDirectoryMode);
    if (!isPrivate(dataDirectory)) return warn(dataDirectory, logger, 'its file system keeps no permissions');
    restrictContents(dataDirectory, setMode);
    if (!wasPrivate)
      logger.info('The data directory was open to other users. Now only its owner can use it.');
  } catch (error) {
    if (!['EPERM', 'EROFS', 'ENOTSUP'].includes(errorCode(error) ?? '')) throw error;
    warn(dataDirectory, logger, messageOf(error));
  }
}

function warn(dataDirectory: string, logger: Logger, reason: string): void {
  logger.warn('Others may be able to read the data directory: its permissions cannot be set.', {
    dataDirectory,
    reason,
  });
}

/**
 * Changes the contents of a directory before the directory itself. So a directory that has its mode already, which
 * may hold a million files, can be skipped, and an interrupted walk starts again. Links are left alone, because
 * changing one would change its target.
 */
function restrictContents(directory: string, setMode: typeof chmodSync): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isFile() && modeOf(path) !== privateFileMode) setMode(path, privateFileMode);
    if (!entry.isDirectory() || isPrivate(path)) continue;
    restrictContents(path, setMode);
    setMode(path, privateDirectoryMode);
  }
}

function isPrivate(directory: string): boolean {
  return modeOf(directory) === privateDirectoryMode;
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}
