import type { SourceContext } from './source-context.ts';

const firstDelayMilliseconds = 100;
const longestDelayMilliseconds = 10_000;

/**
 * Returns the wait after the `failures`th failure in a row (from 1): twice as long each time, up to ten seconds, less
 * up to a half at random, so that partitions that fail together do not come back together.
 */
export function backoffMilliseconds(failures: number, random: () => number): number {
  const longest = Math.min(longestDelayMilliseconds, firstDelayMilliseconds * 2 ** (failures - 1));
  return Math.round(longest * (1 - random() / 2));
}

/** Waits for a time; ends early when the source is stopping. */
export async function pause(
  milliseconds: number,
  { timers, stopping }: Pick<SourceContext, 'timers' | 'stopping'>,
): Promise<void> {
  try {
    await timers.sleep(milliseconds, stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}
