import type { WindowStart } from './window.ts';

/** Minutes with `from ≤ minute < to`. */
export interface MinuteRange {
  readonly from: WindowStart;
  readonly to: WindowStart;
}

/** Accepted entries of a customer that its counts did not include at one instant. */
export interface Outstanding {
  /** The counts include everything accepted before this instant; `undefined` if that is not known now. */
  readonly through: Date | undefined;
  /** Number of entries that are missing; `undefined` if that is not known. */
  readonly entries: number | undefined;
  /** Reports whether something in the range is missing, as far as that can be known. */
  waitsWithin(range: MinuteRange): boolean;
}

/** Progress of the counts of one customer at one instant. */
export interface Progress {
  /** Entries missing from minute windows. */
  readonly minutes: Outstanding;
  /**
   * Entries missing from hours and days: those missing from minutes, and those in minutes that were not rolled up.
   */
  readonly rollUps: Outstanding;
}

/** The part of an answer about its own progress: see `progressFor`. */
export interface AnswerProgress {
  readonly countedThrough: Date | undefined;
  readonly waiting: number | undefined;
  /**
   * Reports whether the counts of a range include everything accepted for it, and late entries are no longer
   * expected.
   */
  isComplete(range: MinuteRange): boolean;
}

/**
 * Decides what an answer may say about its progress. A range is complete if it ended more than the allowed lateness
 * before `countedThrough`, and nothing of it waits; in doubt it is not complete.
 * @param readsRollUps  true if the answer contains hours or days, and not only minutes
 */
export function progressFor(
  { minutes, rollUps }: Progress,
  readsRollUps: boolean,
  allowedLatenessSeconds: number,
): AnswerProgress {
  const outstanding = readsRollUps ? rollUps : minutes;
  const { through, entries } = outstanding;
  return {
    countedThrough: through,
    waiting: entries,
    isComplete: (range) =>
      through !== undefined &&
      through.getTime() - Date.parse(range.to) > allowedLatenessSeconds * 1_000 &&
      !outstanding.waitsWithin(range),
  };
}
