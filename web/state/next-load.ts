const everyMilliseconds = 5_000;
const atMostMilliseconds = 60_000;

/**
 * How long to wait before the pipeline is asked again: longer the more often it has failed in a row, and longer where an
 * answer takes it long, so that a page that somebody left open costs it little.
 */
export function delayBeforeNext({
  failures,
  tookMilliseconds,
}: {
  readonly failures: number;
  readonly tookMilliseconds: number;
}): number {
  const delay =
    failures > 0
      ? everyMilliseconds * 2 ** (failures - 1)
      : Math.max(everyMilliseconds, 10 * tookMilliseconds);
  return Math.min(delay, atMostMilliseconds);
}
