import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { DirectorySettler } from './directory-settler.ts';
import { errorCode } from '../../lib/error-code.ts';
import type { FileOperations } from './file-operations.ts';
import { intentPath, parseIntent, type Intent } from './intent.ts';
import { directoryOf, temporaryDirectoryName } from './key-place.ts';

/** The temporary files of intents that have not ended, as the object directory's only writer keeps them. */
export class KeptIntents {
  readonly #root: string;
  readonly #operations: FileOperations;
  readonly #directories: DirectorySettler;
  /** The paths of the files, by key. */
  readonly #paths = new Map<ObjectKey, Set<string>>();
  #hasUnflushedRemovals = false;

  constructor(root: string, operations: FileOperations, directories: DirectorySettler) {
    this.#root = root;
    this.#operations = operations;
    this.#directories = directories;
  }

  /** Reads which files exist. A writer that replaces another one must do so. */
  read(): void {
    for (const name of this.#operations.names(`${this.#root}/${temporaryDirectoryName}`)) {
      const intent = parseIntent(name);
      if (intent !== undefined) this.add(intent.key, this.pathOf(intent));
    }
  }

  pathOf(intent: Intent): string {
    return intentPath(this.#root, intent);
  }

  has(intent: Intent): boolean {
    return this.#paths.get(intent.key)?.has(this.pathOf(intent)) === true;
  }

  add(key: ObjectKey, path: string): void {
    const paths = this.#paths.get(key) ?? new Set();
    this.#paths.set(key, paths.add(path));
  }

  /** Makes new names of temporary files durable, and the removal of earlier ones. */
  flush(): void {
    this.#directories.make(temporaryDirectoryName); // the first time, this also makes the directory's own name durable
    this.#directories.flush(temporaryDirectoryName);
    this.#hasUnflushedRemovals = false;
  }

  keysIn(directory: string): readonly ObjectKey[] {
    return [...this.#paths.keys()].filter((key) => directoryOf(key) === directory);
  }

  /** Removes an intent. Call it once the object is durable at its place. */
  remove(intent: Intent): void {
    const path = this.pathOf(intent);
    this.#unlink(path);
    const paths = this.#paths.get(intent.key);
    paths?.delete(path);
    if (paths?.size === 0) this.#paths.delete(intent.key);
  }

  /** Removes all intents of a key. Call it before its object is deleted: a start must not bring it back. */
  removeAllOf(key: ObjectKey): void {
    for (const path of this.#paths.get(key) ?? []) this.#unlink(path);
    this.#paths.delete(key);
    if (this.#hasUnflushedRemovals) this.flush();
  }

  #unlink(path: string): void {
    this.#hasUnflushedRemovals = true;
    try {
      this.#operations.unlink(path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
}
