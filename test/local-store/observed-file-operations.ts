import {
  realFileOperations,
  type FileOperations,
} from '../../local-store/object-directory/file-operations.ts';

/** One file operation, just before it takes place. */
export interface ObservedOperation {
  readonly name: keyof FileOperations;
  /** The path that it changes, reads or flushes. */
  readonly path: string;
}

/** Reports each operation to `before`, which may throw in its place. */
export function observedFileOperations(
  before: (operation: ObservedOperation) => void,
  real: FileOperations = realFileOperations,
): FileOperations {
  const paths = new Map<number, string>();
  const tell = (name: keyof FileOperations, path: string | undefined): void =>
    before({ name, path: path ?? '?' });
  return {
    create(path) {
      tell('create', path);
      const descriptor = real.create(path);
      paths.set(descriptor, path);
      return descriptor;
    },
    write(descriptor, body) {
      tell('write', paths.get(descriptor));
      real.write(descriptor, body);
    },
    flushData(descriptor) {
      tell('flushData', paths.get(descriptor));
      real.flushData(descriptor);
    },
    close(descriptor) {
      tell('close', paths.get(descriptor));
      real.close(descriptor);
    },
    link(path, newPath) {
      tell('link', newPath);
      real.link(path, newPath);
    },
    rename(path, newPath) {
      tell('rename', newPath);
      real.rename(path, newPath);
    },
    unlink(path) {
      tell('unlink', path);
      real.unlink(path);
    },
    makeDirectory(path) {
      tell('makeDirectory', path);
      real.makeDirectory(path);
    },
    removeDirectory(path) {
      tell('removeDirectory', path);
      real.removeDirectory(path);
    },
    flushDirectory(path) {
      tell('flushDirectory', path);
      real.flushDirectory(path);
    },
    read(path) {
      tell('read', path);
      return real.read(path);
    },
    names: (path) => real.names(path),
    exists: (path) => real.exists(path),
    isDirectory: (path) => real.isDirectory(path),
    isLink: (path) => real.isLink(path),
  };
}

/** Creates the error of a system call, as Node.js reports it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}
