import type { FileOperations } from './file-operations.ts';

/** The content of an object that does not have its name yet. The file is discarded in the end, whatever happens. */
export class TemporaryFile {
  readonly #path: string;
  readonly #operations: FileOperations;
  #descriptor: number | undefined;
  #hasItsName = false;

  constructor(path: string, operations: FileOperations) {
    this.#path = path;
    this.#operations = operations;
  }

  write(body: Uint8Array): void {
    this.#descriptor = this.#operations.create(this.#path);
    this.#hasItsName = true;
    this.#operations.write(this.#descriptor, body);
  }

  /** A failed flush is final: the system may have dropped the content, and would not report that a second time. */
  flush(): void {
    if (this.#descriptor !== undefined) this.#operations.flushData(this.#descriptor);
  }

  /** Makes it the object at `place`; fails with `EEXIST` if there is one. */
  linkTo(place: string): void {
    this.#operations.link(this.#path, place);
  }

  /** Makes it the object at `place`, and replaces any present one. */
  renameTo(place: string): void {
    this.#operations.rename(this.#path, place);
    this.#hasItsName = false;
  }

  /** Leaves it in place until its intent ends. */
  keep(): void {
    this.#hasItsName = false;
  }

  discard(): void {
    try {
      if (this.#descriptor !== undefined) this.#operations.close(this.#descriptor);
      if (this.#hasItsName) this.#operations.unlink(this.#path);
    } catch {
      // The outcome is decided by now. A file that cannot be removed is removed when the directory is next opened.
    }
  }
}
