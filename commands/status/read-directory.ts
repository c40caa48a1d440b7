import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isObject } from '../../client/read-json.ts';
import { measureDirectory } from '../../local-store/disk-room/measure-directory.ts';
import { UnusableDataDirectory } from '../data-directory.ts';
import { describeDenied, isDenied } from '../permission-denied.ts';
import { errorCode } from '../../lib/error-code.ts';

/** The state of a data directory as anyone can read it, whether a pipeline uses it or not. */
export interface DirectoryStatus {
  readonly path: string;
  readonly usedBytes: number;
  /** The process that uses it, or used it last; `isAlive` if a process of this number runs. */
  readonly owner: { readonly pid: number; readonly since: string; readonly isAlive: boolean } | undefined;
}

/**
 * Reads the state of a data directory without changing it.
 * @returns `undefined` where the directory does not exist
 * @throws UnusableDataDirectory  this user may not read it
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
    // The file does not exist yet, or somebody has edited it; it is only informative.
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
    return errorCode(error) === 'EPERM'; // the process belongs to another user
  }
}
