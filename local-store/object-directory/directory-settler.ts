import QuickLRU from 'quick-lru';
import { errorCode } from '../../lib/error-code.ts';
import type { FileOperations } from './file-operations.ts';
import { directoryOf } from './key-place.ts';

const maxKnownDirectories = 10_000;

/**
 * File that is created and removed in a directory whose flush failed. Its name begins with a dot, so it is not an
 * object.
 */
const touchedName = '.touched';

/**
 * Keeps track of which directories are durable: their own name and every name in them. An earlier process may have
 * died between creating a name and flushing it, and its object looks like any other. So a directory is flushed, from
 * the root down, the first time this process uses it; after that, answers can rely on what is found there.
 *
 * Directories are named by their path below the root; '' is the root itself, which is never created here.
 */
export class DirectorySettler {
  readonly #root: string;
  readonly #operations: FileOperations;
  readonly #settled = new QuickLRU<string, true>({ maxSize: maxKnownDirectories });
  readonly #failedToFlush = new Set<string>();
  readonly #isSuccessor: boolean;

  /** @param isSuccessor  this process had an earlier writer, and its failed flushes are not known */
  constructor(root: string, operations: FileOperations, isSuccessor: boolean) {
    this.#root = root;
    this.#operations = operations;
    this.#isSuccessor = isSuccessor;
  }

  /** Makes the directory durable, and creates it and its parents if they are missing. */
  make(directory: string): void {
    if (this.#settled.has(directory)) return;
    if (directory === '') return this.flush(directory);
    const parent = directoryOf(directory);
    this.make(parent);
    if (this.#makeLevel(directory)) this.#flushNewLevel(directory, parent);
    else this.flush(directory);
    this.#settled.set(directory, true);
  }

  /** Makes the directory durable if it exists, and creates nothing. */
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
    // After a failed flush, a second one may report success without writing anything. A change made after the failure
    // gives the second flush something to write, so it fails if the disk still does.
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
   * Marks a directory after a failure in it: the next use flushes it first, and creates it again if somebody removed
   * it.
   */
  distrust(directory: string): void {
    for (let level = directory; level !== ''; level = directoryOf(level)) this.#settled.delete(level);
  }

  /**
   * Removes the directory and its parents, as far as they are empty: a day of minutes has 25 directories, which would
   * take more space than its files did. The first level stays. Nothing is flushed: a directory that reappears after a
   * power cut is empty, and its next use makes it durable.
   */
  removeEmpty(directory: string): void {
    for (let level = directory; level.includes('/'); level = directoryOf(level)) {
      try {
        this.#operations.removeDirectory(this.#path(level));
      } catch {
        return; // usually because it is not empty; if there is another reason, an empty directory does no harm
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
      // The directory is empty and may not be on the disk: the next use creates it again.
      this.#operations.removeDirectory(this.#path(directory));
      throw error;
    }
  }

  #touch(directory: string): void {
    const path = `${this.#path(directory)}/${touchedName}`;
    try {
      this.#operations.makeDirectory(path);
    } catch (error) {
      // A process that died before the next line left the file; removing it is a change as well.
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    this.#operations.removeDirectory(path);
  }

  #path(directory: string): string {
    return directory === '' ? this.#root : `${this.#root}/${directory}`;
  }
}
