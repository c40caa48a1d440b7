const everyMilliseconds = 5_000;
const atMostMilliseconds = 60_000;
/** The first looks at counts that are still rising come sooner. */
const whileCountingMilliseconds = 2_000;
const slowdown = 1.5;

/**
 * How long to wait before the pipeline is asked again: longer the more often it has failed in a row, and longer where an
 * answer takes it long, so that a page that somebody left open costs it little. While it is counting it is asked sooner at
 * first, and less and less so.
 */
export function delayBeforeNext({
  failures,
  countingLoads,
  tookMilliseconds,
}: {
  readonly failures: number;
  /** So many loads in a row have shown that something is still being counted. */
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
