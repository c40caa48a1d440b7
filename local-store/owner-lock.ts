import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { makeDurableDirectory } from './durable-files.ts';
import { errorCode } from '../lib/error-code.ts';
import { privateFileMode } from './private-modes.ts';

/** Owner of a data directory, as it describes itself to others. */
export interface Owner {
  readonly pid: number;
  /** Time when it became the owner, ISO 8601. */
  readonly since: string;
  readonly description: string;
}

export interface OwnerLock {
  readonly owner: Owner;
  /** Releases the directory to the next process that asks. */
  release(): Promise<void>;
}

/** Another process owns the data directory, or this one has opened it before. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
  /** Undefined if it has not described itself yet. */
  readonly owner: Owner | undefined;

  constructor(directory: string, owner: Owner | undefined) {
    const who =
      owner === undefined
        ? 'another process'
        : `process ${owner.pid} (${owner.description}) since ${owner.since}`;
    super(
      `The data directory ${directory} is in use by ${who}. Stop that process first, or choose another directory.`,
    );
    this.owner = owner;
  }
}

/**
 * Makes this process the owner of a data directory, which it creates if it is missing. The lock is the operating
 * system's, on the open file `owner.lock`. It ends with the process, however that ends, so no stale lock is left
 * behind and nobody has to judge from its age or pid whether its owner is dead. `owner.json` beside it only tells
 * people who the owner is; a locked file could not be read on Windows.
 *
 * @param description  says what the owner is, in the message that a second one gets
 * @throws DirectoryInUse  the directory has an owner
 * @throws Error           locks do not work here, and the program cannot run without one
 */
export async function acquireOwnerLock(
  dataDirectory: string,
  description: string,
  now: () => Date = () => new Date(),
): Promise<OwnerLock> {
  const directory = resolve(dataDirectory);
  const tryLock = await loadTryLock();
  await makeDurableDirectory(directory);
  // The file is never removed, or two processes could each lock a file of this name.
  const file = await open(`${directory}/owner.lock`, 'a', privateFileMode);
  try {
    if (!isLocked(tryLock, file.fd, directory))
      throw new DirectoryInUse(directory, await readOwner(directory));
    const owner: Owner = { pid: process.pid, since: now().toISOString(), description };
    await writeOwner(directory, owner);
    return { owner, release: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

type TryLock = (descriptor: number) => boolean;

async function loadTryLock(): Promise<TryLock> {
  try {
    const { tryLock } = await import('fs-native-extensions');
    return tryLock;
  } catch (cause) {
    throw new Error(
      `The data directory cannot be locked on this platform (${process.platform} ${process.arch}): the native module ` +
        'fs-native-extensions does not load. It has binaries for Linux with glibc, macOS and Windows.',
      { cause },
    );
  }
}

function isLocked(tryLock: TryLock, descriptor: number, directory: string): boolean {
  try {
    return tryLock(descriptor);
  } catch (cause) {
    if (errorCode(cause) === 'EBUSY') return false; // Windows' code for it
    throw new Error(
      `The data directory ${directory} cannot be locked. It may be on a network file system; choose one on a local disk.`,
      {
        cause,
      },
    );
  }
}

async function writeOwner(directory: string, owner: Owner): Promise<void> {
  await writeFile(`${directory}/owner.json.new`, `${JSON.stringify(owner)}\n`, { mode: privateFileMode });
  await rename(`${directory}/owner.json.new`, `${directory}/owner.json`);
}

async function readOwner(directory: string): Promise<Owner | undefined> {
  let text: string;
  try {
    text = await readFile(`${directory}/owner.json`, 'utf8');
  } catch (error) {
    // The owner has locked the directory, but has not described itself yet.
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return parseOwner(text);
}

function parseOwner(text: string): Owner | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // it may have been edited by hand; the file only explains the lock, which is what counts
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('pid' in value && 'since' in value && 'description' in value)) return undefined;
  const { pid, since, description } = value;
  if (typeof pid !== 'number' || typeof since !== 'string' || typeof description !== 'string')
    return undefined;
  return { pid, since, description };
}
