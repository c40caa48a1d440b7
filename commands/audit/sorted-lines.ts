import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';
import { groupBy } from '../../lib/group-by.ts';
import { messageOf } from '../../lib/message-of.ts';
import { subjectOf, type Spool } from '../../lib/pipeline/audit/spool.ts';
import { privateFileMode } from '../../local-store/private-modes.ts';

export interface SortedLinesOptions {
  /** Number of characters that are gathered in memory before they are written to the database. */
  readonly maxGathered?: number;
}

/** The disk of the temporary directory does not take what was read. */
export class NotSorted extends Error {}

/** Address space, and not memory or disk: the size up to which the database grows before lmdb has to map it anew. */
const initialMapBytes = 1024 * 1024 * 1024;
const lineBreak = '\n';
/** Sorts before anything that a subject can have, so that a subject comes before those that begin with it. */
const subjectEnd = Buffer.of(0);

function optionsFor(
  directory: string,
): RootDatabaseOptionsWithPath & { readonly permissionsMode: number; readonly noReadAhead: boolean } {
  return {
    path: directory,
    noSubdir: false,
    keyEncoding: 'binary',
    encoding: 'binary',
    mapSize: initialMapBytes,
    noSync: true,
    overlappingSync: false,
    noReadAhead: true,
    permissionsMode: privateFileMode, // it holds customers' data
  };
}

/**
 * Sorts more lines than memory may hold, in a temporary database. Memory is bounded by the gathered text; the pages of the
 * database that the system keeps in memory besides are its own to drop.
 *
 * The lines of a subject that were gathered together are one record. Where a subject has many, as a busy minute has,
 * records are larger than a page of the database, which then writes each of them once. Nothing is flushed: after a crash nobody reads the database.
 *
 * It works synchronously, for a command that has nothing else to do.
 */
export class SortedLines implements Spool {
  readonly #directory = mkdtempSync(join(tmpdir(), 'log-analytics-audit-'));
  readonly #maxGathered: number;
  readonly #database: RootDatabase<Buffer, Buffer>;
  #gathered: string[] = [];
  #characters = 0;
  #written = 0;
  #lines = 0;

  constructor({ maxGathered = 16 * 1024 * 1024 }: SortedLinesOptions = {}) {
    this.#maxGathered = maxGathered;
    this.#database = open<Buffer, Buffer>(optionsFor(this.#directory));
  }

  get lines(): number {
    return this.#lines;
  }

  /** @throws NotSorted  the disk is full, or fails */
  add(line: string): void {
    this.#lines += 1;
    this.#gathered.push(line);
    this.#characters += line.length;
    if (this.#characters >= this.#maxGathered) this.#store();
  }

  /** @throws NotSorted  the disk is full, or fails */
  *sorted(): Generator<string> {
    this.#store();
    for (const { value } of this.#database.getRange()) yield* value.toString().split(lineBreak);
  }

  /** Removes the database. Where an interrupted audit still runs, its lines cannot be read or added any more. */
  remove(): void {
    void this.#database.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Writes what is gathered in one transaction, in the order of the database. */
  #store(): void {
    if (this.#gathered.length === 0) return;
    const records = [...groupBy(this.#gathered, subjectOf)].map(([subject, lines]) => {
      return { key: this.#keyOf(subject), value: Buffer.from(lines.join(lineBreak)) };
    });
    this.#gathered = [];
    this.#characters = 0;
    this.#written += 1;
    records.sort((one, other) => Buffer.compare(one.key, other.key));
    try {
      this.#database.transactionSync(() => {
        for (const { key, value } of records) this.#database.putSync(key, value);
      });
    } catch (cause) {
      // lmdb calls a full disk an input/output error.
      throw new NotSorted(
        `The temporary directory ${this.#directory} cannot be written (${messageOf(cause)}): its disk is probably full. ` +
          'Free some space there, or name a directory on another disk in the environment variable TMPDIR.',
        { cause },
      );
    }
  }

  /** Makes a key for the lines of a subject; those that are written later come later. */
  #keyOf(subject: string): Buffer {
    const place = Buffer.alloc(6);
    place.writeUIntBE(this.#written, 0, place.length);
    return Buffer.concat([Buffer.from(subject), subjectEnd, place]);
  }
}
