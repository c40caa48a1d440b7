import { groupBetween } from './group-between.ts';

/** The counts of one key in a window. */
export interface CourseWindow {
  readonly start: number;
  readonly requests: number;
  /** Requests with a status of 400 or more; `undefined` if they are not counted by this key. */
  readonly errors?: number | undefined;
  readonly bytes?: number | undefined;
  /** Sum of the durations that are known. */
  readonly durationMs?: number | undefined;
  readonly meanMs?: number | undefined;
  /** False if the key may have requests that the answer has under `(other)`. */
  readonly isKnown: boolean;
}

/** The requests of one key between two instants. */
export interface CourseBucket {
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly errors: number;
  readonly isKnown: boolean;
  readonly bytes: number | undefined;
  readonly durationMs: number;
  /** Requests whose duration is known. */
  readonly timed: number;
}

/** The sums of a course. */
export interface CourseSum {
  readonly requests: number;
  readonly errors: number;
  readonly bytes: number | undefined;
  readonly meanMs: number | undefined;
  /** Buckets in which the key is not known. */
  readonly unknown: number;
}

/**
 * Adds up windows between consecutive edges; a missing window has no requests of the key.
 * @param edges    in order
 * @param windows  each within two edges, in any order
 */
export function addUpBetween(edges: readonly number[], windows: readonly CourseWindow[]): CourseBucket[] {
  return groupBetween(edges, windows).map(({ from, to, within }) => ({
    from,
    to,
    requests: sumOf(within, ({ requests }) => requests),
    errors: sumOf(within, ({ errors }) => errors ?? 0),
    isKnown: within.every(({ isKnown }) => isKnown),
    bytes: knownBytes(within),
    durationMs: sumOf(within, ({ durationMs }) => durationMs ?? 0),
    timed: sumOf(within, timedOf),
  }));
}

/**
 * Returns the requests of a window whose duration is known: their sum by their mean, which is given in hundredths. Where
 * all durations are 0, nothing says how many there are, and all requests are taken to have one.
 */
function timedOf({ requests, durationMs, meanMs }: CourseWindow): number {
  if (durationMs === undefined || meanMs === undefined) return 0;
  return meanMs === 0 ? requests : Math.round(durationMs / meanMs);
}

export function sumOfCourse(buckets: readonly CourseBucket[]): CourseSum {
  const timed = sumOf(buckets, (bucket) => bucket.timed);
  return {
    requests: sumOf(buckets, ({ requests }) => requests),
    errors: sumOf(buckets, ({ errors }) => errors),
    bytes: knownBytes(buckets),
    meanMs: timed === 0 ? undefined : sumOf(buckets, ({ durationMs }) => durationMs) / timed,
    unknown: buckets.filter(({ isKnown }) => !isKnown).length,
  };
}

function knownBytes(items: readonly Pick<CourseWindow, 'bytes'>[]): number | undefined {
  const isUnknown = items.every(({ bytes }) => bytes === undefined);
  return isUnknown ? undefined : sumOf(items, ({ bytes }) => bytes ?? 0);
}

function sumOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}
