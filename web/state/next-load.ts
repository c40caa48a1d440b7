const everyMilliseconds = 5_000;
const atMostMilliseconds = 60_000;
/** While counts still rise, the first looks come sooner. */
const whileCountingMilliseconds = 2_000;
const slowdown = 1.5;

/**
 * Returns the time until the next request. It grows with the number of failures in a row and with the time that an
 * answer takes, so that a forgotten page costs little. While entries are being counted, the first requests come
 * sooner, then less and less often.
 */
export function delayBeforeNext({
  failures,
  countingLoads,
  tookMilliseconds,
}: {
  readonly failures: number;
  /** Number of loads in a row that found something still being counted. */
  readonly countingLoads: number;
  readonly tookMilliseconds: number;
}): number {
  const usual =
    countingLoads === 0
      ? everyMilliseconds
      : Math.min(whileCountingMilliseconds * slowdown ** (countingLoads - 1), everyMilliseconds);
  const delay =
    failures > 0 ? everyMilliseconds * 2 ** (failures - 1) : Math.max(usual, 10 * tookMilliseconds);
  return Math.min(delay, atMostMilliseconds);
}
