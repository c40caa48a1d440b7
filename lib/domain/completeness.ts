import type { WindowStart } from './window.ts';

/** Minutes with `from ≤ minute < to`. */
export interface MinuteRange {
  readonly from: WindowStart;
  readonly to: WindowStart;
}

/** What a customer had accepted and its counts did not hold at one instant. */
export interface Outstanding {
  /** Everything that was accepted before this instant is in the counts; `undefined` where that is not known now. */
  readonly through: Date | undefined;
  /** How many entries are not; `undefined` where that is not known. */
  readonly entries: number | undefined;
  /** Whether something of the range is not, as far as that can be known. */
  waitsWithin(range: MinuteRange): boolean;
}

/** How far the counts of one customer were at one instant. */
export interface Progress {
  /** What was not in its minute windows. */
  readonly minutes: Outstanding;
  /** What was not in its hours and days: of the same, and of what was in their minutes and had not been rolled up. */
  readonly rollUps: Outstanding;
}

/** What an answer says of itself: see `progressFor`. */
export interface AnswerProgress {
  readonly countedThrough: Date | undefined;
  readonly waiting: number | undefined;
  /** Whether the counts of a range hold everything that was accepted for it, and it is time to believe so. */
  isComplete(range: MinuteRange): boolean;
}

/**
 * Decides what an answer may say of itself. A range is complete when it ended more than the allowed lateness before
 * `countedThrough`, and nothing of it waits; in doubt it is not.
 * @param readsRollUps  whether the answer has hours or days in it, and not minutes alone
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
