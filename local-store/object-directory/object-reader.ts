import { realpathSync, statSync } from 'node:fs';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import type { ObjectStore, StoredObject } from '../../lib/ports/object-store.ts';
import { etagOf } from './etag.ts';
import { errorCode } from '../../lib/error-code.ts';
import { realFileOperations } from './file-operations.ts';
import { directoryOf, InvalidObjectKey, placeOf, temporaryDirectoryName } from './key-place.ts';
import type { KnownEtag, KnownEtags } from './known-etags.ts';
import { isOpenAt } from './is-open-at.ts';
import { listKeys } from './list-keys.ts';
import { readFileStart } from './read-file-start.ts';
import { RealDirectories } from './real-directories.ts';

/**
 * Reads an object directory, also one that another process owns. The owner passes the etags that it knows. Any other
 * process reads the whole object to get its etag, because it cannot know when the object is replaced.
 */
export class ObjectReader implements Pick<ObjectStore, 'get' | 'list'> {
  readonly #root: string;
  readonly #knownEtags: KnownEtags | undefined;
  readonly #directories: RealDirectories;
  #isForgetting = false;
  /** Path of the root without links. */
  #realRoot: string | undefined;

  constructor(root: string, knownEtags?: KnownEtags) {
    this.#root = root;
    this.#knownEtags = knownEtags;
    this.#directories = new RealDirectories(root, (path) => realFileOperations.isLink(path));
  }

  /**
   * @throws Unavailable       the object cannot be read, or the whole directory is missing
   * @throws InvalidObjectKey  not a key, or one whose place is a directory or below another object
   */
  async get(
    key: ObjectKey,
    options: { readonly firstBytes?: number } = {},
  ): Promise<StoredObject | undefined> {
    const place = placeOf(this.#root, key);
    const known = this.#knownEtags?.beginRead(key);
    // Each batch causes a look-up of its customer's tombstone, which hardly any customer has.
    if (known?.etag === null) return this.#absent(directoryOf(key));
    try {
      return await this.#read(key, place, options.firstBytes ?? Infinity, known);
    } catch (error) {
      if (error instanceof InvalidObjectKey) throw error;
      if (errorCode(error) === 'ENOTDIR') {
        throw new InvalidObjectKey('The key is below another object.', { cause: error });
      }
      if (errorCode(error) === 'ENOENT') {
        const absent = this.#absent(directoryOf(key));
        if (known !== undefined && this.#knownEtags?.isCurrent(key, known) === true) known.etag = null;
        return absent;
      }
      throw new Unavailable('The object cannot be read.', { cause: error });
    }
  }

  /** @throws Unavailable  a directory cannot be read, or the whole directory is missing */
  async *list(prefix: string, options: { readonly startAfter?: string } = {}): AsyncGenerator<ObjectKey> {
    this.#absent(directoryOf(prefix));
    try {
      yield* listKeys(this.#root, prefix, options.startAfter ?? '');
    } catch (cause) {
      throw new Unavailable('The objects cannot be listed.', { cause });
    }
  }

  /** @throws SymbolicLink  the file that was opened is not at the key's place but at the end of a link */
  #requireOwn(descriptor: number, key: ObjectKey): void {
    if (this.#realRoot === undefined) {
      this.#requireReal('');
      this.#realRoot = realpathSync.native(this.#root);
    }
    if (!isOpenAt(descriptor, `${this.#realRoot}/${key}`)) this.#requireReal(directoryOf(key));
  }

  /** Checks a directory. Reads in one turn of the event loop share one check. */
  #requireReal(directory: string): void {
    this.#directories.require(directory);
    if (this.#isForgetting) return;
    this.#isForgetting = true;
    setImmediate(() => {
      this.#isForgetting = false;
      this.#directories.forget();
    });
  }

  async #read(
    key: ObjectKey,
    place: string,
    firstBytes: number,
    known: KnownEtag | undefined,
  ): Promise<StoredObject> {
    let knownEtag: string | undefined;
    let isKnownFile = false;
    const { body, isWhole, size } = await readFileStart(place, {
      check: (descriptor) => this.#requireOwn(descriptor, key),
      bytesWanted: () => {
        isKnownFile = known !== undefined && this.#knownEtags?.isCurrent(key, known) === true;
        if (isKnownFile) knownEtag = known?.etag ?? undefined;
        return knownEtag === undefined ? Infinity : firstBytes;
      },
    });
    const etag = knownEtag ?? etagOf(body);
    if (known !== undefined && isKnownFile && isWhole) known.etag = etag;
    // A copy, so that a small start does not keep the whole object in memory.
    const start = body.length > firstBytes ? Buffer.from(body.subarray(0, firstBytes)) : body;
    return { body: start, etag, size };
  }

  /**
   * Makes sure that the directory exists and is ours before a missing file counts as a missing object: the disk may
   * be gone, or not mounted.
   * @param directory  the object's
   */
  #absent(directory: string): undefined {
    try {
      this.#requireReal(directory);
    } catch (cause) {
      throw new Unavailable('The object cannot be read.', { cause });
    }
    const mark = `${this.#root}/${temporaryDirectoryName}`;
    if (statSync(mark, { throwIfNoEntry: false }) === undefined) {
      throw new Unavailable(`There is no object directory at ${this.#root}.`);
    }
    return undefined;
  }
}
