import type { AnswerProgress } from '../api/answers.ts';
import { dayMilliseconds, hourMilliseconds, type Range } from '../period/period.ts';
import type { Bucket } from './series.ts';

/** How far the pipeline has counted what it accepted for a range of time. */
export type Counting =
  /** The pipeline is of a version that does not say. */
  | { readonly kind: 'unsaid' }
  /** The pipeline does not know at the moment. */
  | { readonly kind: 'unknown' }
  /** Nothing is known to be missing of what was accepted before `through`. */
  | { readonly kind: 'counted'; readonly through: number }
  /** So many accepted entries of the customer are not counted yet. */
  | { readonly kind: 'waiting'; readonly entries: number; readonly through: number | undefined }
  /** All that was accepted is in its minutes, and not yet in their hours and days. */
  | { readonly kind: 'summing-up'; readonly through: number }
  /** Something is missing, and it is not known how much. */
  | { readonly kind: 'behind'; readonly through: number };

/** A part of the chart: whether its requests are only those that are counted so far. */
export interface ShownBucket extends Bucket {
  readonly isPending: boolean;
}

/** What is behind by less than this will be there at the next look. */
const shortMilliseconds = 5_000;
/** A window that ended before this was not left incomplete for late entries alone, unless the pipeline is set to wait longer. */
const settledMilliseconds = hourMilliseconds;

/** @param isPending  whether some of what is shown is known to be still being counted */
export function countingOf(progress: AnswerProgress | undefined, range: Range, isPending: boolean): Counting {
  if (progress === undefined) return { kind: 'unsaid' };
  const { countedThrough, waiting, isComplete } = progress;
  if (isComplete && countedThrough !== null) return { kind: 'counted', through: countedThrough };
  if (waiting !== undefined && waiting > 0)
    return { kind: 'waiting', entries: waiting, through: countedThrough ?? undefined };
  if (countedThrough === null) return { kind: 'unknown' };
  // A range that ended lately is not complete, as late entries are waited for: that says nothing of what was accepted.
  const isLongOver = countedThrough - range.to > dayMilliseconds;
  if (!isLongOver && !isPending) return { kind: 'counted', through: countedThrough };
  return { kind: waiting === 0 ? 'summing-up' : 'behind', through: countedThrough };
}

/** Whether accepted entries may be missing from counts, so that it matters from which. */
export function mayMissEntries(progress: AnswerProgress | undefined, now: number): boolean {
  if (progress === undefined || progress.isComplete) return false;
  const { countedThrough, waiting = 0 } = progress;
  return waiting > 0 || countedThrough === null || now - countedThrough > shortMilliseconds;
}

/** The end of the buckets that late entries are not waited for any more, where one of them is in doubt. */
export function endOfDoubt(buckets: readonly Bucket[], now: number): number | undefined {
  const settled = buckets.filter(({ to }) => to <= now - settledMilliseconds);
  return settled.some(({ isComplete }) => !isComplete) ? settled.at(-1)?.to : undefined;
}

/**
 * Marks the buckets whose requests may be too few, as accepted entries of them wait to be counted. One that is not over
 * is none of these: it shows that anyway.
 * @param completeBefore  the pipeline says that nothing is missing before this instant
 */
export function markPending(
  buckets: readonly Bucket[],
  progress: AnswerProgress | undefined,
  completeBefore: number,
  now: number,
): ShownBucket[] {
  const mayMiss = progress !== undefined && mayMissEntries(progress, now);
  const isPending = ({ to, requests, isComplete }: Bucket): boolean => {
    if (!mayMiss || isComplete || to > now || to <= completeBefore) return false;
    if (to <= now - settledMilliseconds) return true;
    const { countedThrough, waiting = 0 } = progress;
    return countedThrough === null || to > countedThrough || (requests === 0 && waiting > 0);
  };
  return buckets.map((bucket) => ({ ...bucket, isPending: isPending(bucket) }));
}
