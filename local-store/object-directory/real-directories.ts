import { SymbolicLink } from '../symbolic-link.ts';
import { directoryOf } from './key-place.ts';

/**
 * Keeps reads and writes from leaving the object directory through a symbolic link. The system can refuse to follow a
 * link in the last name of a path, but not in earlier names, so this class checks each of those, at 2 µs per name.
 * Keys that are used together share most of their directories, which are checked once until `forget`.
 */
export class RealDirectories {
  readonly #root: string;
  readonly #isLink: (path: string) => boolean;
  readonly #known = new Set<string>();

  constructor(root: string, isLink: (path: string) => boolean) {
    this.#root = root;
    this.#isLink = isLink;
  }

  /**
   * @param directory  path below the root; '' is the root itself
   * @throws SymbolicLink  it is a link, or below one
   */
  require(directory: string): void {
    if (this.#known.has(directory)) return;
    if (directory !== '') this.require(directoryOf(directory));
    const path = directory === '' ? this.#root : `${this.#root}/${directory}`;
    if (this.#isLink(path)) throw new SymbolicLink(path);
    this.#known.add(directory);
  }

  forget(): void {
    this.#known.clear();
  }
}
