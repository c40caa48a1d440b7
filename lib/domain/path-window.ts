import { numbersOf, searchForKey, searchForPath, type KeySearch } from './counts-text/find-keys.ts';
import type { CustomerId } from './customer-id.ts';
import { otherKey } from './folding.ts';
import { knownErrors, unknownErrors } from './path-errors.ts';
import type { DayParts } from './local-day.ts';
import type { ServedWindow } from './served-window.ts';
import { saturatedSum } from './sums.ts';
import type { WindowStart } from './window.ts';

/** The counts of one path in a window. */
export interface PathWindow {
  readonly customerId: CustomerId;
  readonly windowStart: WindowStart;
  /** 0 if the window does not have the path. */
  readonly requests: number;
  /** Requests with a status of 400 or more. */
  readonly errors: number;
  /** Absent where no entry of the window had the fact. */
  readonly bytes?: number | undefined;
  /** Sum of the durations that are known. */
  readonly durationMs: number;
  /** Requests that had a duration. */
  readonly timed: number;
  /** Requests of the window whose path is not known. */
  readonly folded: number;
  /** Errors of the window whose path is not known. */
  readonly foldedErrors: number;
  readonly updatedAt: Date;
}

const searchForOther = searchForKey(otherKey);

/**
 * Creates a search for a path.
 * @param path  a key, such as `GET /x`, or a path that begins with `/` for any method
 */
export function pathSearch(path: string): KeySearch {
  return path.startsWith('/') ? searchForPath(path) : searchForKey(path);
}

/** Returns the counts of a path in a window. The window's other counts are not parsed. */
export function pathWindowOf(window: ServedWindow, search: KeySearch): PathWindow {
  const { customerId, windowStart, counts, measures, errorsOfPaths, updatedAt } = window;
  const { json } = counts.requestsByPath;
  const found = search(json);
  const hasSums = measures !== undefined || errorsOfPaths !== undefined;
  const places = new Set(hasSums ? numbersOf(found, json) : []);
  function sumOf(list: readonly number[] = []): number {
    let sum = 0;
    for (const place of places) sum = saturatedSum(sum, list[place] ?? 0);
    return sum;
  }
  const requests = found.reduce((sum, key) => saturatedSum(sum, key.requests), 0);
  const { bytes, pathBytes, pathDurationMs, pathTimed, durations } = measures ?? {};
  return {
    customerId,
    windowStart,
    requests,
    errors: knownErrors(errorsOfPaths, (place) => places.has(place)),
    ...(bytes !== undefined && { bytes: sumOf(pathBytes) }),
    durationMs: sumOf(pathDurationMs),
    timed: durations === undefined ? 0 : pathTimed === undefined ? requests : sumOf(pathTimed),
    folded: searchForOther(json)[0]?.requests ?? 0,
    foldedErrors: unknownErrors(window),
    updatedAt,
  };
}

/** The sum of the counts of one path in several windows. */
export class PathSum {
  readonly #search: KeySearch;
  #sum: PathWindow | undefined;

  constructor(search: KeySearch) {
    this.#search = search;
  }

  add(part: ServedWindow): void {
    this.#add(pathWindowOf(part, this.#search));
  }

  /** Adds a local day; reports whether the subtracted hours were in its base. If not, this sum is of no use any more. */
  addDay({ hours, base, added, subtracted }: DayParts): boolean {
    for (const window of [base, ...added]) this.add(window);
    for (const window of subtracted) this.#add(negative(pathWindowOf(window, this.#search)));
    if (this.#sum === undefined) return false;
    const { requests, errors, bytes = 0, durationMs, timed, folded, foldedErrors } = this.#sum;
    const hasBytes = hours.some(({ measures }) => measures?.bytes !== undefined);
    const updatedAt = new Date(Math.max(...hours.map((hour) => hour.updatedAt.getTime())));
    this.#sum = { ...this.#sum, bytes: hasBytes ? bytes : undefined, updatedAt };
    return [requests, errors, bytes, durationMs, timed, folded, foldedErrors].every((sum) => sum >= 0);
  }

  #add(window: PathWindow): void {
    this.#sum = this.#sum === undefined ? window : sumOf(this.#sum, window);
  }

  /** Returns the sum as a window; `undefined` if it has no parts. */
  window(windowStart: WindowStart): PathWindow | undefined {
    return this.#sum && { ...this.#sum, windowStart };
  }
}

function negative(window: PathWindow): PathWindow {
  const { requests, errors, bytes, durationMs, timed, folded, foldedErrors } = window;
  return {
    ...window,
    requests: -requests,
    errors: -errors,
    bytes: bytes && -bytes,
    durationMs: -durationMs,
    timed: -timed,
    folded: -folded,
    foldedErrors: -foldedErrors,
  };
}

function sumOf(a: PathWindow, b: PathWindow): PathWindow {
  const { customerId, windowStart, bytes = b.bytes } = a;
  return {
    customerId,
    windowStart,
    requests: saturatedSum(a.requests, b.requests),
    errors: saturatedSum(a.errors, b.errors),
    bytes: a.bytes === undefined || b.bytes === undefined ? bytes : saturatedSum(a.bytes, b.bytes),
    durationMs: saturatedSum(a.durationMs, b.durationMs),
    timed: saturatedSum(a.timed, b.timed),
    folded: saturatedSum(a.folded, b.folded),
    foldedErrors: saturatedSum(a.foldedErrors, b.foldedErrors),
    updatedAt: a.updatedAt > b.updatedAt ? a.updatedAt : b.updatedAt,
  };
}
