/** Times of the barriers that a process watches. */
export const barrierTimes = {
  lookEveryMilliseconds: 1_000,
  /** Maximum gap between two looks; in a longer one, records may have been lost and announced again. */
  maxGapMilliseconds: 30_000,
} as const;
