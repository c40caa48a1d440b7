import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { makeDurableDirectory } from './durable-files.ts';
import { errorCode } from '../lib/error-code.ts';
import { privateFileMode } from './private-modes.ts';

/** Owner of a data directory, as it identifies itself to others. */
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
  /** Undefined where it had no time yet to tell. */
  readonly owner: Owner | undefined;

  constructor(directory: string, owner: Owner | undefined) {
    const who =
      owner === undefined
        ? 'another process'
        : `process ${owner.pid} (${owner.description}) since ${owner.since}`;
    super(
      `The data directory ${directory} is in use by ${who}. Stop that one first, or choose another directory.`,
    );
    this.owner = owner;
  }
}

/**
 * Makes this process the owner of a data directory, which is made if it is not there. The lock is the operating
 * system's, on the open file `owner.lock`: it ends with the process, however that ends, so none is ever left behind
 * and none has to be judged dead by its age or its pid. `owner.json` beside it only names the owner to people; a locked
 * file could not be read on Windows.
 *
 * @param description  what the owner is, for the message that a second one gets
 * @throws DirectoryInUse  it has an owner
 * @throws Error           locks don't work here; there is no going on without one
 */
export async function acquireOwnerLock(
  dataDirectory: string,
  description: string,
  now: () => Date = () => new Date(),
): Promise<OwnerLock> {
  const directory = resolve(dataDirectory);
  const tryLock = await loadTryLock();
  await makeDurableDirectory(directory);
  // Never removed, or two processes could each lock a file of this name.
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
    if (errorCode(cause) === 'EBUSY') return false; // Windows' word for it
    throw new Error(`The data directory ${directory} cannot be locked; is it on a network file system?`, {
      cause,
    });
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
    // The owner has locked the directory, and not yet said who it is.
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
    return undefined; // edited by hand, say: the lock is what counts, this is only its explanation
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('pid' in value && 'since' in value && 'description' in value)) return undefined;
  const { pid, since, description } = value;
  if (typeof pid !== 'number' || typeof since !== 'string' || typeof description !== 'string')
    return undefined;
  return { pid, since, description };
}
