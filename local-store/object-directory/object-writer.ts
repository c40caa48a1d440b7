import { threadId } from 'node:worker_threads';
import QuickLRU from 'quick-lru';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { Change, Outcome } from './change.ts';
import { DirectorySettler } from './directory-settler.ts';
import { etagOf } from './etag.ts';
import { errorCode } from '../../lib/error-code.ts';
import type { FileOperations } from './file-operations.ts';
import type { Intent } from './intent.ts';
import { KeptIntents } from './kept-intents.ts';
import { directoryOf, InvalidObjectKey, placeOf, temporaryDirectoryName } from './key-place.ts';
import { SymbolicLink } from '../symbolic-link.ts';
import { RealDirectories } from './real-directories.ts';
import { TemporaryFile } from './temporary-file.ts';
import type { Predecessor } from './threaded-writer.ts';
import { messageOf } from '../../lib/message-of.ts';

const maxKnownEtags = 20_000;

/** A change on its way through the round. */
interface Work {
  readonly change: Change;
  readonly directory: string;
  readonly temporary: TemporaryFile;
  /** A creation of an object that exists already. */
  isRefused: boolean;
  hasChangedNames: boolean;
  outcome: Outcome | undefined;
}

/**
 * Carries out changes of the object directory, one round at a time: it writes all contents, flushes them, gives them
 * their names, and then flushes each directory once for all of them. An object appears when it gets its name, so it
 * is whole; an outcome is returned after the last flush, so it is durable.
 *
 * A creation with an intent is durable with its temporary file: the file's content and name are flushed before the
 * object appears, and the names of one round share a flush. The object's own directory is flushed when the intent
 * ends.
 *
 * `replace` is atomic although the system has no conditional rename: the owner lock lets only one process change the
 * directory, that process has only one writer, and the writer is synchronous, so nothing comes between its look at
 * the present object and the replacement.
 */
export class ObjectWriter {
  readonly #root: string;
  readonly #operations: FileOperations;
  readonly #directories: DirectorySettler;
  readonly #realDirectories: RealDirectories;
  readonly #etags = new QuickLRU<ObjectKey, string>({ maxSize: maxKnownEtags });
  /** Keys whose latest change may not reach the disk, because the flush of their directory failed. */
  readonly #suspects: Set<ObjectKey>;
  readonly #intents: KeptIntents;
  /** Intents that should have ended, but could not be ended yet. */
  #ended: readonly Intent[] = [];
  #temporaryFiles = 0;

  constructor(root: string, operations: FileOperations, predecessor?: Predecessor) {
    this.#root = root;
    this.#operations = operations;
    this.#directories = new DirectorySettler(root, operations, predecessor !== undefined);
    this.#realDirectories = new RealDirectories(root, (path) => operations.isLink(path));
    this.#suspects = new Set(predecessor?.suspects);
    this.#intents = new KeptIntents(root, operations, this.#directories);
    this.#intents.read();
  }

  /** Never throws: a failure is the outcome of its own change, and of the changes that share a flush with it. */
  write(changes: readonly Change[]): readonly Outcome[] {
    this.#realDirectories.forget();
    const works = changes.map((change) => this.#begin(change));
    const touched = new Set<ObjectKey>();
    this.#each(works, (work) => this.#prepare(work, touched));
    this.#each(works, ({ temporary }) => temporary.flush());
    this.#flushIntents(works);
    this.#each(works, (work) => void (work.outcome = this.#apply(work)));
    this.#flushNames(works);
    for (const { temporary } of works) temporary.discard();
    for (const { change, directory, hasChangedNames, outcome } of works) {
      const isGone = change.kind === 'delete' && hasChangedNames && outcome?.status === 'done';
      if (isGone) this.#directories.removeEmpty(directory);
    }
    return works.map(({ outcome }) => outcome ?? { status: 'done' });
  }

  /** Never throws: what fails is tried again by the next call. */
  endIntents(intents: readonly Intent[]): void {
    const failed: Intent[] = [];
    const flushed = new Map<string, boolean>();
    for (const intent of [...this.#ended, ...intents]) {
      if (!this.#intents.has(intent)) continue;
      const directory = directoryOf(intent.key);
      const place = placeOf(this.#root, intent.key);
      try {
        if (this.#suspects.has(intent.key)) this.#renew(intent.key, place);
        if (this.#operations.exists(place)) {
          if (!flushed.has(directory)) flushed.set(directory, this.#isFlushed(directory));
          if (flushed.get(directory) !== true) {
            failed.push(intent);
            continue;
          }
        }
        this.#intents.remove(intent);
      } catch {
        failed.push(intent);
      }
    }
    this.#ended = failed;
  }

  #isFlushed(directory: string): boolean {
    try {
      this.#flushDirectory(directory);
      return true;
    } catch {
      return false;
    }
  }

  #begin(change: Change): Work {
    const intent = change.kind === 'create' ? change.intent : undefined;
    return {
      change,
      directory: directoryOf(change.key),
      temporary: this.#newTemporaryFile(intent),
      isRefused: false,
      hasChangedNames: false,
      outcome: undefined,
    };
  }

  /** Runs the next step for all changes that have not failed. */
  #each(works: readonly Work[], step: (work: Work) => void): void {
    for (const work of works) {
      if (work.outcome !== undefined) continue;
      try {
        step(work);
      } catch (error) {
        work.outcome = this.#failure(work, error);
      }
    }
  }

  #prepare(work: Work, touched: Set<ObjectKey>): void {
    const { change, directory, temporary } = work;
    const place = placeOf(this.#root, change.key);
    const isWrite = change.kind === 'create' || change.kind === 'replace';
    for (const each of [directory, temporaryDirectoryName]) this.#realDirectories.require(each);
    if (isWrite) this.#directories.make(directory);
    else this.#directories.settle(directory);
    if (this.#suspects.has(change.key)) this.#renew(change.key, place);
    if (change.kind === 'create') {
      const isUnderWay = touched.has(change.key);
      if (isUnderWay && change.intent !== undefined)
        throw new Error('The object is being changed at this moment.');
      // A content that will not become the object must leave no file, or a start could take the file for the object.
      work.isRefused = !isUnderWay && this.#operations.exists(place);
      if (work.isRefused) return;
    }
    touched.add(change.key);
    if (isWrite) temporary.write(change.body);
  }

  /** Makes the names of the temporary files durable for all changes that need it. */
  #flushIntents(works: readonly Work[]): void {
    const intended = works.filter((work) => work.outcome === undefined && hasIntent(work));
    if (intended.length === 0) return;
    try {
      this.#intents.flush();
    } catch (error) {
      for (const work of intended) work.outcome = this.#failure(work, error);
    }
  }

  #apply(work: Work): Outcome {
    const { key, kind } = work.change;
    const place = placeOf(this.#root, key);
    switch (kind) {
      case 'create':
        if (work.isRefused) return this.#refuse(place);
        work.hasChangedNames = this.#link(work.temporary, place);
        if (work.hasChangedNames && work.change.intent !== undefined) {
          work.temporary.keep();
          this.#intents.add(key, this.#intents.pathOf(work.change.intent));
        }
        return work.hasChangedNames
          ? this.#remember(key, work.change.intent?.etag ?? etagOf(work.change.body))
          : { status: 'precondition-failed' };
      case 'replace':
        this.#refuseLink(place);
        if (this.#etagAt(key, place) !== work.change.etag) return { status: 'precondition-failed' };
        work.temporary.renameTo(place);
        work.hasChangedNames = true;
        return this.#remember(key, etagOf(work.change.body));
      case 'delete':
        this.#refuseLink(place);
        if (work.change.etag !== undefined) {
          const etag = this.#etagAt(key, place);
          if (etag !== undefined && etag !== work.change.etag) return { status: 'precondition-failed' };
        }
        this.#etags.delete(key);
        this.#intents.removeAllOf(key);
        work.hasChangedNames = this.#unlink(place);
        return { status: 'done' };
      case 'settle':
        return { status: 'done' };
    }
  }

  /** Links the file to its place, and returns whether the place was free. */
  #link(temporary: TemporaryFile, place: string): boolean {
    try {
      temporary.linkTo(place);
      return true;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      this.#refuse(place);
      return false;
    }
  }

  /** Refuses to create an object that exists. */
  #refuse(place: string): Outcome {
    this.#refuseLink(place);
    this.#refuseDirectory(place);
    return { status: 'precondition-failed' };
  }

  /** Removes the object at a place, and returns whether there was one. */
  #unlink(place: string): boolean {
    try {
      this.#operations.unlink(place);
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      this.#refuseDirectory(place); // macOS says EPERM where Linux says EISDIR
      throw error;
    }
  }

  #refuseLink(place: string): void {
    if (this.#operations.isLink(place)) throw new SymbolicLink(place);
  }

  #refuseDirectory(place: string): void {
    if (this.#operations.isDirectory(place))
      throw new InvalidObjectKey('The key is a directory of other keys.');
  }

  #remember(key: ObjectKey, etag: string): Outcome {
    this.#etags.set(key, etag);
    return { status: 'done', etag };
  }

  #etagAt(key: ObjectKey, place: string): string | undefined {
    const known = this.#etags.get(key);
    if (known !== undefined) return known;
    const body = this.#read(place);
    return body && etagOf(body);
  }

  #read(place: string): Buffer | undefined {
    try {
      return this.#operations.read(place);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /**
   * Flushes each directory in which a name changed. If that fails, refused changes get no answer either: the reason
   * for a refusal may be a change of this round that is now in doubt.
   */
  #flushNames(works: readonly Work[]): void {
    const isToBeFlushed = (work: Work) => work.hasChangedNames && !hasIntent(work);
    const changed = new Set(works.filter(isToBeFlushed).map(({ directory }) => directory));
    for (const directory of changed) {
      try {
        this.#flushDirectory(directory);
      } catch (error) {
        for (const work of works) {
          if (work.directory !== directory) continue;
          if (work.hasChangedNames) this.#suspects.add(work.change.key);
          work.outcome = this.#failure(work, error);
        }
      }
    }
  }

  /** Flushes a directory. If that fails, changes that would be flushed when their intents end are in doubt too. */
  #flushDirectory(directory: string): void {
    try {
      this.#directories.flush(directory);
    } catch (error) {
      for (const key of this.#intents.keysIn(directory)) this.#suspects.add(key);
      throw error;
    }
  }

  /** Writes again what a failed flush may have left only in memory, so that the disk gets all of it or fails again. */
  #renew(key: ObjectKey, place: string): void {
    const body = this.#read(place);
    const temporary = this.#newTemporaryFile();
    try {
      if (body !== undefined) {
        temporary.write(body);
        temporary.flush();
        temporary.renameTo(place);
      }
      this.#directories.flush(directoryOf(key));
    } finally {
      temporary.discard();
    }
    this.#suspects.delete(key);
  }

  #failure({ change, directory }: Work, error: unknown): Outcome {
    const message = messageOf(error);
    const code = errorCode(error);
    if (error instanceof InvalidObjectKey) return { status: 'invalid-key', message };
    this.#directories.distrust(directory);
    this.#etags.delete(change.key);
    if (code === 'ENOTDIR' || code === 'EISDIR') {
      return { status: 'invalid-key', message: `Another object is in the place of the key ${change.key}.` };
    }
    return { status: 'unavailable', message, code, isSuspect: this.#suspects.has(change.key) };
  }

  #newTemporaryFile(intent?: Intent): TemporaryFile {
    if (intent !== undefined) return new TemporaryFile(this.#intents.pathOf(intent), this.#operations);
    this.#temporaryFiles += 1;
    const name = `${process.pid}-${threadId}-${this.#temporaryFiles}`;
    return new TemporaryFile(`${this.#root}/${temporaryDirectoryName}/${name}`, this.#operations);
  }
}

function hasIntent({ change, isRefused }: Work): boolean {
  return change.kind === 'create' && change.intent !== undefined && !isRefused;
}
