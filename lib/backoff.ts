export interface BackoffBounds {
  /** Longest wait after the first failure. */
  readonly firstMilliseconds: number;
  readonly longestMilliseconds: number;
  /**
   * Share of the wait that is random, from 0 to 1, so that callers that failed together do not come back together.
   */
  readonly randomShare: number;
}

/**
 * Returns the wait after the `failures`th failure in a row (from 1): twice as long each time, less a random part
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
 * @param random  returns a number from 0 to below 1
 */
export function backoffMilliseconds(
  failures: number,
  { firstMilliseconds, longestMilliseconds, randomShare }: BackoffBounds,
  random: () => number,
): number {
  const longest = Math.min(longestMilliseconds, firstMilliseconds * 2 ** (failures - 1));
  return Math.round(longest * (1 - randomShare * random()));
}
