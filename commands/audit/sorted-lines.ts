import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spool } from '../../lib/pipeline/audit/spool.ts';

export interface SortedLinesOptions {
  /** Number of characters that are gathered in memory before they become a file. */
  readonly maxGathered?: number;
  /** Maximum number of files to merge at a time; each is open then, and has its next line in memory. */
  readonly maxMerged?: number;
}

const readBytes = 64 * 1024;

/**
 * An external merge sort, for more lines than memory may hold: it writes sorted runs to a new temporary directory, and
 * merges them as they are read. Memory is bounded by the gathered text, and a line and 64 KiB for each run of a merge: with
 * the defaults some 50 MB, and at most twice as much where lines are as long as a stream record. It works synchronously,
 * for a command that has nothing else to do.
 */
export class SortedLines implements Spool {
  readonly #directory = mkdtempSync(join(tmpdir(), 'log-analytics-audit-'));
  readonly #maxGathered: number;
  readonly #maxMerged: number;
  #gathered: string[] = [];
  #characters = 0;
  #runs: string[] = [];
  #runsMade = 0;
  #lines = 0;

  constructor({ maxGathered = 16 * 1024 * 1024, maxMerged = 32 }: SortedLinesOptions = {}) {
    this.#maxGathered = maxGathered;
    this.#maxMerged = maxMerged;
  }

  get lines(): number {
    return this.#lines;
  }

  add(line: string): void {
    this.#lines += 1;
    this.#gathered.push(line);
    this.#characters += line.length;
    if (this.#characters >= this.#maxGathered) this.#store();
  }

  *sorted(): Generator<string> {
    this.#store();
    while (this.#runs.length > this.#maxMerged) {
      const merged = this.#runs.splice(0, this.#maxMerged);
      this.#writeRun(mergeRuns(merged));
      for (const run of merged) rmSync(run);
    }
    yield* mergeRuns(this.#runs);
  }

  /** Removes the files. */
  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #store(): void {
    if (this.#gathered.length === 0) return;
    const lines = this.#gathered.sort();
    this.#gathered = [];
    this.#characters = 0;
    this.#writeRun(lines);
  }

  #writeRun(lines: Iterable<string>): void {
    this.#runsMade += 1;
    const path = join(this.#directory, `run-${this.#runsMade}`);
    const file = openSync(path, 'wx', 0o600); // it holds customers' data
    try {
      for (const text of inPieces(lines)) writeAll(file, Buffer.from(text));
    } finally {
      closeSync(file);
    }
    this.#runs.push(path);
  }
}

/** Yields the lines of all runs in ascending order. */
function* mergeRuns(paths: readonly string[]): Generator<string> {
  const opened: Generator<string>[] = [];
  try {
    const heads: { line: string; readonly rest: Generator<string> }[] = [];
    for (const path of paths) {
      const rest = linesOf(path);
      opened.push(rest);
      const first = rest.next();
      if (first.done !== true) heads.push({ line: first.value, rest });
    }
    while (heads.length > 0) {
      const least = heads.reduce((one, other) => (other.line < one.line ? other : one));
      yield least.line;
      const next = least.rest.next();
      if (next.done === true) heads.splice(heads.indexOf(least), 1);
      else least.line = next.value;
    }
  } finally {
    for (const rest of opened) rest.return(undefined);
  }
}

/** Yields the lines of a file. `readline` would also break them at U+2028. */
function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(readBytes);
    let begun: Buffer[] = [];
    for (let length = readSync(file, piece); length > 0; length = readSync(file, piece)) {
      let start = 0;
      for (let end = piece.indexOf(0x0a); end >= 0 && end < length; end = piece.indexOf(0x0a, start)) {
        yield Buffer.concat([...begun, piece.subarray(start, end)]).toString();
        begun = [];
        start = end + 1;
      }
      if (start < length) begun.push(Buffer.from(piece.subarray(start, length)));
    }
  } finally {
    closeSync(file);
  }
}

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece = '';
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < readBytes) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}
