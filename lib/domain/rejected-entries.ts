import type { Problem } from '../errors.ts';
import type { RejectedEntry } from './read-entry.ts';

/** The number of invalid entries that an answer describes. */
export const maxEntriesDescribed = 10;

/** The rejected entries of an accepted batch, as its header keeps them. */
export interface Rejections {
  /** Number of rejected entries. */
  readonly rejected: number;
  /**
   * The indexes of the rejected entries, ascending, as ranges such as `0,4-7`. Whatever reads the body again leaves
   * these out, so a rejected entry stays rejected under any later rules.
   */
  readonly rejectedRanges: string;
  /** The problems of the first ten rejected entries. */
  readonly details: readonly Problem[];
}

/** A collection of rejected entries. It needs one pair of numbers for each run of them. */
export class RejectedEntries {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #details: Problem[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get details(): readonly Problem[] {
    return this.#details;
  }

  /** True if the problems of further entries are not kept, so that they need not be known. */
  get isDescribed(): boolean {
    return this.#count >= maxEntriesDescribed;
  }

  /** Adds an entry; call it with ascending indexes. */
  add(index: number, entry: RejectedEntry): void {
    if (!this.isDescribed) {
      for (const problem of entry.problems) this.#details.push({ index, ...problem });
    }
    const last = this.#ends.length - 1;
    if (this.#ends[last] === index - 1) {
      this.#ends[last] = index;
    } else {
      this.#starts.push(index);
      this.#ends.push(index);
    }
    this.#count += 1;
  }

  /** Yields the indexes, ascending. */
  *indexes(): Generator<number, void> {
    for (const [place, start] of this.#starts.entries()) {
      const end = this.#ends[place] ?? start;
      for (let index = start; index <= end; index++) yield index;
    }
  }

  /** Returns the form in which a header keeps them; `undefined` if there are none. */
  toRejections(): Rejections | undefined {
    if (this.#count === 0) return undefined;
    const ranges = this.#starts.map((start, place) => {
      const end = this.#ends[place] ?? start;
      return end === start ? String(start) : `${start}-${end}`;
    });
    return { rejected: this.#count, rejectedRanges: ranges.join(','), details: this.#details };
  }
}

/** The form of `Rejections.rejectedRanges`. */
export const rangesPattern = /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/;

/** Returns whether an index is within ranges, for ascending indexes: it goes through the ranges once. */
export function createRangesLookup(ranges: string): (index: number) => boolean {
  const reader = readRanges(ranges);
  let next = reader.next();
  return (index) => {
    while (next.done !== true && next.value.end < index) next = reader.next();
    return next.done !== true && next.value.start <= index;
  };
}

function* readRanges(ranges: string): Generator<{ readonly start: number; readonly end: number }, void> {
  for (let at = 0; at < ranges.length;) {
    const comma = ranges.indexOf(',', at);
    const rangeEnd = comma < 0 ? ranges.length : comma;
    const [start = '', end = start] = ranges.slice(at, rangeEnd).split('-');
    yield { start: Number(start), end: Number(end) };
    at = rangeEnd + 1;
  }
}
