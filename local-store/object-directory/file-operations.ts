import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { privateDirectoryMode, privateFileMode } from '../private-modes.ts';

/**
 * The file operations that make up a write. They are passed as an argument so that a test can make any of them fail,
 * or crash between two of them. They are synchronous because they run in a thread of their own; see
 * `writer-thread.ts`.
 */
export interface FileOperations {
  /** Opens a new file for writing; fails if it exists. */
  create(path: string): number;
  write(descriptor: number, body: Uint8Array): void;
  /** Returns when the content and the length of the file are on the disk. */
  flushData(descriptor: number): void;
  close(descriptor: number): void;
  /** Gives a file a second name; fails with `EEXIST` if that name exists. */
  link(path: string, newPath: string): void;
  /** Gives a file another name, and replaces any file that has it. */
  rename(path: string, newPath: string): void;
  unlink(path: string): void;
  makeDirectory(path: string): void;
  removeDirectory(path: string): void;
  /** Returns when the names in the directory are on the disk. */
  flushDirectory(path: string): void;
  read(path: string): Buffer;
  /** Returns the names in a directory. */
  names(path: string): readonly string[];
  /** These do not follow links. */
  exists(path: string): boolean;
  isDirectory(path: string): boolean;
  isLink(path: string): boolean;
}

/**
 * Flags for reading an object: do not follow a link, and do not wait for a writer if somebody put a pipe in its
 * place.
 */
export const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export const realFileOperations: FileOperations = {
  create: (path) => openSync(path, 'wx', privateFileMode),
  write(descriptor, body) {
    // A signal or a nearly full disk can cut a write short without an error.
    for (let written = 0; written < body.length;) written += writeSync(descriptor, body, written);
  },
  flushData: fdatasyncSync,
  close: closeSync,
  link: linkSync,
  rename: renameSync,
  unlink: unlinkSync,
  makeDirectory: (path) => {
    mkdirSync(path, privateDirectoryMode);
  },
  removeDirectory: rmdirSync,
  flushDirectory(path) {
    // Windows refuses to open a directory for a flush. NTFS journals names by itself.
    if (process.platform === 'win32') return;
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  read(path) {
    const descriptor = openSync(path, readFlags);
    try {
      return readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  names: (path) => readdirSync(path),
  exists: (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
  isDirectory: (path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  isLink: (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false,
};
