import QuickLRU from 'quick-lru';
import { errorCode } from '../../lib/error-code.ts';
import type { FileOperations } from './file-operations.ts';
import { directoryOf } from './key-place.ts';

const maxKnownDirectories = 10_000;

/** File that is made and removed in a directory whose flush failed; its name is hidden, so it is not an object. */
const touchedName = '.touched';

/**
 * Knows which directories are durable: their own name and every name in them. A previous process may have died
 * between making a name and flushing it, and what it left looks like any other object. So a directory is flushed the
 * first time this process uses it, from the root down, and an answer that rests on what is found there can be trusted.
 *
 * Directories are named by their path below the root; '' is the root itself, which is never made here.
 */
export class DirectorySettler {
  readonly #root: string;
  readonly #operations: FileOperations;
  readonly #settled = new QuickLRU<string, true>({ maxSize: maxKnownDirectories });
  readonly #failedToFlush = new Set<string>();
  readonly #isSuccessor: boolean;

  /** @param isSuccessor  another writer was here in this process, and which flushes failed then is not known */
  constructor(root: string, operations: FileOperations, isSuccessor: boolean) {
    this.#root = root;
    this.#operations = operations;
    this.#isSuccessor = isSuccessor;
  }

  /** Makes the directory durable, and makes it and its parents where they are missing. */
  make(directory: string): void {
    if (this.#settled.has(directory)) return;
    if (directory === '') return this.flush(directory);
    const parent = directoryOf(directory);
    this.make(parent);
    if (this.#makeLevel(directory)) this.#flushNewLevel(directory, parent);
    else this.flush(directory);
    this.#settled.set(directory, true);
  }

  /** Makes the directory durable where it is there, and makes nothing. */
  settle(directory: string): void {
    if (this.#settled.has(directory)) return;
    if (directory !== '') this.settle(directoryOf(directory));
    try {
      this.flush(directory);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || directory === '') throw error;
      this.#settled.delete(directory);
    }
  }

  /** Flushes the names in the directory. */
  flush(directory: string): void {
    // A second flush of what a first one failed to write may report success without writing it. A change made after
    // the failure gives this flush something of its own to write, and it fails where the disk still does.
    if (this.#mayHaveFailed(directory)) this.#touch(directory);
    try {
      this.#operations.flushDirectory(this.#path(directory));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') this.#failedToFlush.add(directory);
      this.#settled.delete(directory);
      throw error;
    }
    this.#failedToFlush.delete(directory);
    this.#settled.set(directory, true);
  }

  /**
   * Marks a directory after a failure there: the next use flushes it first, and makes it again if somebody removed it.
   */
  distrust(directory: string): void {
    for (let level = directory; level !== ''; level = directoryOf(level)) this.#settled.delete(level);
  }

  /**
   * Removes the directory and those above it, as far as nothing is left in them: a day of minutes has 25, which would
   * take more room than what was in them. The first level stays. Nothing is flushed: one that is back after a power cut
   * is as empty as before, and the next use of its name makes it, or makes it durable.
   */
  removeEmpty(directory: string): void {
    for (let level = directory; level.includes('/'); level = directoryOf(level)) {
      try {
        this.#operations.removeDirectory(this.#path(level));
      } catch {
        return; // there is something in it, as a rule; and one that stays for another reason does no harm
      }
      this.#settled.delete(level);
    }
  }

  #mayHaveFailed(directory: string): boolean {
    return this.#failedToFlush.has(directory) || (this.#isSuccessor && !this.#settled.has(directory));
  }

  #makeLevel(directory: string): boolean {
    try {
      this.#operations.makeDirectory(this.#path(directory));
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
  }

  #flushNewLevel(directory: string, parent: string): void {
    try {
      this.flush(parent);
    } catch (error) {
      // Empty, and perhaps never on the disk: the next use makes it anew.
      this.#operations.removeDirectory(this.#path(directory));
      throw error;
    }
  }

  #touch(directory: string): void {
    const path = `${this.#path(directory)}/${touchedName}`;
    try {
      this.#operations.makeDirectory(path);
    } catch (error) {
      // Left by a process that died before the next line; removing it is a change as well.
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    this.#operations.removeDirectory(path);
  }

  #path(directory: string): string {
    return directory === '' ? this.#root : `${this.#root}/${directory}`;
  }
}
