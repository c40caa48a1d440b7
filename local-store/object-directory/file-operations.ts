import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';

/**
 * The file operations that a write is made of, by argument, so that a test can make any of them fail, or crash
 * between two of them. They are synchronous since they run in a thread of their own, see `writer-thread.ts`.
 */
export interface FileOperations {
  /** Opens a new file for writing; it must not be there. */
  create(path: string): number;
  write(descriptor: number, body: Uint8Array): void;
  /** Returns when the content and the length of the file are on the disk. */
  flushData(descriptor: number): void;
  close(descriptor: number): void;
  /** Gives a file a second name; fails with `EEXIST` where something has that name. */
  link(path: string, newPath: string): void;
  /** Gives a file another name, in place of what has that name. */
  rename(path: string, newPath: string): void;
  unlink(path: string): void;
  makeDirectory(path: string): void;
  removeDirectory(path: string): void;
  /** Returns when the names in the directory are on the disk. */
  flushDirectory(path: string): void;
  read(path: string): Buffer;
  isDirectory(path: string): boolean;
}

export const realFileOperations: FileOperations = {
  create: (path) => openSync(path, 'wx'),
  write(descriptor, body) {
    // A write can be cut short, by a signal or by a disk that is nearly full, without being an error.
    for (let written = 0; written < body.length;) written += writeSync(descriptor, body, written);
  },
  flushData: fdatasyncSync,
  close: closeSync,
  link: linkSync,
  rename: renameSync,
  unlink: unlinkSync,
  makeDirectory: (path) => {
    mkdirSync(path);
  },
  removeDirectory: rmdirSync,
  flushDirectory(path) {
    // Windows cannot flush a directory: opening one for it is refused. NTFS journals names by itself.
    if (process.platform === 'win32') return;
    const descriptor = openSync(path, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  read: (path) => readFileSync(path),
  isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
};

/** The code of a failed system call, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
