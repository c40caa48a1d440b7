import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isObject } from '../../client/read-json.ts';
import { measureDirectory } from '../../local-store/disk-room/measure-directory.ts';
import { UnusableDataDirectory } from '../data-directory.ts';
import { describeDenied, isDenied } from '../permission-denied.ts';
import { errorCode } from '../../lib/error-code.ts';

/** What a data directory shows from outside, whether a pipeline has it or not. */
export interface DirectoryStatus {
  readonly path: string;
  readonly usedBytes: number;
  /** The process that has it, or had it last; `isAlive` where a process of this number runs. */
  readonly owner: { readonly pid: number; readonly since: string; readonly isAlive: boolean } | undefined;
}

/**
 * Looks at a data directory without changing it.
 * @returns `undefined` where there is none
 * @throws UnusableDataDirectory  it may not be read
 */
export async function readDirectory(path: string): Promise<DirectoryStatus | undefined> {
  const directory = resolve(path);
  try {
    await stat(join(directory, 'format.json'));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw isDenied(error) ? new UnusableDataDirectory(describeDenied(error, directory)) : error;
  }
  return { path: directory, usedBytes: measureDirectory(directory), owner: await readOwner(directory) };
}

async function readOwner(directory: string): Promise<DirectoryStatus['owner']> {
  let owner: unknown;
  try {
    owner = JSON.parse(await readFile(join(directory, 'owner.json'), 'utf8'));
  } catch (error) {
    // None was there yet, or somebody has edited the file, which only explains.
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isObject(owner) || typeof owner['pid'] !== 'number') return undefined;
  return { pid: owner['pid'], since: String(owner['since']), isAlive: isAlive(owner['pid']) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM'; // it is somebody else's
  }
}
