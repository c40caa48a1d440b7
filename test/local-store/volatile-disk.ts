import type { FileOperations } from '../../local-store/object-directory/file-operations.ts';
import { systemError } from './observed-file-operations.ts';

/** A disk in memory that forgets, when its power is cut, everything that was not flushed. */
export interface VolatileDisk {
  readonly operations: FileOperations;
  /** Returns the names in a directory. */
  names(path: string): readonly string[];
  /**
   * Returns all that a power cut at this moment could leave at a path: the text of a file, and `undefined` for none.
   * The choices for one path do not depend on those for another, so together these are all possible states.
   */
  afterPowerCut(path: string): ReadonlySet<string | undefined>;
}

interface File {
  readonly kind: 'file';
  content: string;
  /** Possible contents after a power cut. */
  survivors: readonly string[];
}

interface Directory {
  readonly kind: 'directory';
  readonly names: Map<string, File | Directory>;
  /** Earlier meanings of names since the directory was flushed, besides their current ones. */
  readonly survivors: Map<string, readonly (File | Directory | undefined)[]>;
}

/**
 * Creates a disk with the least that POSIX promises. A file's content is safe after the file was flushed, and until
 * then may be missing or torn; a name is safe after its directory was flushed, and until then may stand for anything
 * that it has stood for since the last flush. The two are independent: an unflushed name can survive the power cut
 * without its file's content. Each name changes at once, but a rename changes two, and one of them can be kept
 * without the other.
 *
 * @param directories  those that exist and are durable, from the top
 */
export function volatileDisk(directories: readonly string[]): VolatileDisk {
  const top = newDirectory();
  const opened: File[] = [];

  function find(path: string): File | Directory | undefined {
    let found: File | Directory | undefined = top;
    for (const name of segmentsOf(path)) {
      if (found?.kind === 'file') throw systemError('ENOTDIR');
      found = found?.names.get(name);
    }
    return found;
  }

  function directoryAt(path: string): Directory {
    const found = find(path);
    if (found === undefined) throw systemError('ENOENT');
    if (found.kind === 'file') throw systemError('ENOTDIR');
    return found;
  }

  function fileAt(path: string): File {
    const found = find(path);
    if (found === undefined) throw systemError('ENOENT');
    if (found.kind === 'directory') throw systemError('EISDIR');
    return found;
  }

  /** Returns the directory that contains a path, and its name there. */
  function placeOf(path: string): { parent: Directory; name: string } {
    const segments = segmentsOf(path);
    const name = segments.pop();
    if (name === undefined) throw systemError('EINVAL');
    return { parent: directoryAt(segments.join('/')), name };
  }

  function setName(path: string, node: File | Directory | undefined): void {
    const { parent, name } = placeOf(path);
    parent.survivors.set(name, [...(parent.survivors.get(name) ?? []), parent.names.get(name)]);
    if (node === undefined) parent.names.delete(name);
    else parent.names.set(name, node);
  }

  function setNewName(path: string, node: File | Directory): void {
    if (find(path) !== undefined) throw systemError('EEXIST');
    setName(path, node);
  }

  function openedFile(descriptor: number): File {
    const file = opened[descriptor];
    if (file === undefined) throw systemError('EBADF');
    return file;
  }

  const operations: FileOperations = {
    create(path) {
      const file: File = { kind: 'file', content: '', survivors: [''] };
      setNewName(path, file);
      return opened.push(file) - 1;
    },
    write(descriptor, body) {
      const file = openedFile(descriptor);
      const text = Buffer.from(body).toString();
      const torn = file.content + text.slice(0, text.length / 2);
      file.content += text;
      file.survivors = [...file.survivors, torn, file.content];
    },
    flushData(descriptor) {
      const file = openedFile(descriptor);
      file.survivors = [file.content];
    },
    close(descriptor) {
      openedFile(descriptor);
    },
    link: (path, newPath) => setNewName(newPath, fileAt(path)),
    rename(path, newPath) {
      setName(newPath, fileAt(path));
      setName(path, undefined);
    },
    unlink(path) {
      fileAt(path);
      setName(path, undefined);
    },
    makeDirectory: (path) => setNewName(path, newDirectory()),
    removeDirectory(path) {
      if (directoryAt(path).names.size > 0) throw systemError('ENOTEMPTY');
      setName(path, undefined);
    },
    flushDirectory: (path) => directoryAt(path).survivors.clear(),
    read: (path) => Buffer.from(fileAt(path).content),
    names: (path) => [...directoryAt(path).names.keys()],
    exists: (path) => find(path) !== undefined,
    isDirectory: (path) => find(path)?.kind === 'directory',
    isLink: () => false,
  };

  for (const path of directories) setNewName(path, newDirectory());
  for (const path of ['', ...directories]) operations.flushDirectory(path);

  return {
    operations,
    names: (path) => [...directoryAt(path).names.keys()],
    afterPowerCut: (path) => new Set(survivorsBelow(top, segmentsOf(path))),
  };
}

function newDirectory(): Directory {
  return { kind: 'directory', names: new Map(), survivors: new Map() };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function survivorsBelow(
  node: File | Directory | undefined,
  [name, ...rest]: readonly string[],
): readonly (string | undefined)[] {
  if (node === undefined) return [undefined];
  if (node.kind === 'file') return name === undefined ? node.survivors : [undefined];
  if (name === undefined) return [undefined];
  const nodes = [...(node.survivors.get(name) ?? []), node.names.get(name)];
  return nodes.flatMap((each) => survivorsBelow(each, rest));
}
