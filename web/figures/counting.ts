import type { AnswerProgress } from '../api/answers.ts';
import { dayMilliseconds, hourMilliseconds, type Range } from '../period/period.ts';
import type { Bucket } from './series.ts';

/** State of the counting of accepted entries for a range of time. */
export type Counting =
  /** The pipeline's version does not report it. */
  | { readonly kind: 'unsaid' }
  /** The pipeline does not know at the moment. */
  | { readonly kind: 'unknown' }
  /** Everything accepted before `through` is counted, as far as the pipeline knows. */
  | { readonly kind: 'counted'; readonly through: number }
  /** This many accepted entries of the customer are not counted yet. */
  | { readonly kind: 'waiting'; readonly entries: number; readonly through: number | undefined }
  /** All accepted entries are in their minutes, but not yet in their hours and days. */
  | { readonly kind: 'summing-up'; readonly through: number }
  /** Something is missing, and nobody knows how much. */
  | { readonly kind: 'behind'; readonly through: number };

/** A part of the chart, and whether its count may still rise. */
export interface ShownBucket extends Bucket {
  readonly isPending: boolean;
}

/** A shorter lag than this is over at the next look. */
const shortMilliseconds = 5_000;
/**
 * If a window that ended before this is incomplete, something other than late entries is the reason, unless the
 * pipeline is set to wait longer for those.
 */
const settledMilliseconds = hourMilliseconds;

/** @param isPending  true if some of the data shown is known to be still counting */
export function countingOf(progress: AnswerProgress | undefined, range: Range, isPending: boolean): Counting {
  if (progress === undefined) return { kind: 'unsaid' };
  const { countedThrough, waiting, isComplete } = progress;
  if (isComplete && countedThrough !== null) return { kind: 'counted', through: countedThrough };
  if (waiting !== undefined && waiting > 0)
    return { kind: 'waiting', entries: waiting, through: countedThrough ?? undefined };
  if (countedThrough === null) return { kind: 'unknown' };
  // A range that ended recently is incomplete because late entries may come. That says nothing about accepted
  // entries.
  const isLongOver = countedThrough - range.to > dayMilliseconds;
  if (!isLongOver && !isPending) return { kind: 'counted', through: countedThrough };
  return { kind: waiting === 0 ? 'summing-up' : 'behind', through: countedThrough };
}

/** Reports whether counts may lack accepted entries, so that it matters which counts do. */
export function mayMissEntries(progress: AnswerProgress | undefined, now: number): boolean {
  if (progress === undefined || progress.isComplete) return false;
  const { countedThrough, waiting = 0 } = progress;
  return waiting > 0 || countedThrough === null || now - countedThrough > shortMilliseconds;
}

/** Returns the end of the last bucket that is in doubt and no longer accepts late entries. */
export function endOfDoubt(buckets: readonly Bucket[], now: number): number | undefined {
  const settled = buckets.filter(({ to }) => to <= now - settledMilliseconds);
  return settled.some(({ isComplete }) => !isComplete) ? settled.at(-1)?.to : undefined;
}

/**
 * Marks the buckets whose requests may be too few because accepted entries wait to be counted. A bucket that is not
 * over is not marked: the chart already shows it as running.
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
