import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Unavailable } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { makeDurableDirectory } from '../durable-files.ts';
import type { Logger } from '../logger.ts';
import { privateDirectoryMode } from '../private-modes.ts';
import { refuseLink } from '../symbolic-link.ts';
import type { ChangeWriter } from './change.ts';
import { realFileOperations, type FileOperations } from './file-operations.ts';
import type { Intent } from './intent.ts';
import { temporaryDirectoryName } from './key-place.ts';
import { ObjectDirectory } from './object-directory.ts';
import { ObjectReader } from './object-reader.ts';
import { ObjectWriter } from './object-writer.ts';
import { recoverIntents } from './recover-intents.ts';
import { ThreadedWriter } from './threaded-writer.ts';

export interface ObjectDirectoryOptions {
  /** Operations for writes in the calling thread; for tests, and for a command that writes little. */
  readonly operations?: FileOperations;
  /** Logs when the writing thread has died and another one replaces it. */
  readonly logger?: Logger;
}

/**
 * Opens the object directory at `root` for reading and writing. Creates it if it is missing, and finishes or removes
 * what a process that died left unfinished. Only the process that holds the owner lock may do so, and only once at a
 * time, because the conditions of `put` only hold among the writes of one `ObjectDirectory`.
 * @throws Unavailable  the directory cannot be created or read
 */
export async function openObjectDirectory(
  root: string,
  { operations, logger }: ObjectDirectoryOptions = {},
): Promise<ObjectDirectory> {
  const path = resolve(root);
  let left: readonly Intent[];
  try {
    refuseLink(path);
    await makeDurableDirectory(path);
    const temporaryDirectory = `${path}/${temporaryDirectoryName}`;
    refuseLink(temporaryDirectory);
    await mkdir(temporaryDirectory, { recursive: true, mode: privateDirectoryMode });
    left = recoverIntents(path, operations ?? realFileOperations);
  } catch (cause) {
    throw new Unavailable(`The object directory ${path} cannot be opened.`, { cause });
  }
  return new ObjectDirectory(
    path,
    operations === undefined ? threaded(path, logger) : inline(path, operations),
    left,
  );
}

/** Opens the object directory at `root` for reading only. Another process may own it; nothing is created or removed. */
export function readObjectDirectory(root: string): Pick<ObjectStore, 'get' | 'list'> {
  return new ObjectReader(resolve(root));
}

function threaded(root: string, logger: Logger | undefined): ChangeWriter {
  return new ThreadedWriter(root, (error) =>
    logger?.error('The thread that writes objects has died; the next write starts another one.', { error }),
  );
}

function inline(root: string, operations: FileOperations): ChangeWriter {
  const writer = new ObjectWriter(root, operations);
  return {
    write: async (changes) => writer.write(changes),
    endIntents: async (intents) => writer.endIntents(intents),
    close: async () => {},
  };
}
