import { setTimeout as wait } from 'node:timers/promises';
import { backoffMilliseconds } from '../backoff.ts';

/**
 * Repeats an action until it succeeds, fails for good, or has failed `maxAttempts` times in a row since it last made
 * progress; an error may report progress.
 */
export type Backoff = <T>(
  work: () => Promise<T>,
  passes: (error: unknown) => boolean,
  gotOn?: (error: unknown) => boolean,
) => Promise<T>;

export interface BackoffOptions {
  readonly maxAttempts: number;
  /** Longest wait before the second attempt; doubles before each further one, up to the `maxAttempts`th. */
  readonly firstMilliseconds: number;
  /** Returns a number from 0 to below 1. */
  readonly random: () => number;
  /** Waits for this time. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** Creates a backoff that waits between attempts for a random time up to a limit that doubles. */
export function createBackoff({
  maxAttempts,
  firstMilliseconds,
  random,
  pause = wait,
}: BackoffOptions): Backoff {
  return async (work, passes, gotOn = () => false) => {
    const longestMilliseconds = firstMilliseconds * 2 ** (maxAttempts - 2);
    const bounds = { firstMilliseconds, longestMilliseconds, randomShare: 1 };
    let inVain = 0;
    for (let failures = 1; ; failures += 1) {
      try {
        return await work();
      } catch (error) {
        inVain = gotOn(error) ? 0 : inVain + 1;
        if (inVain === maxAttempts || !passes(error)) throw error;
        await pause(backoffMilliseconds(failures, bounds, random));
      }
    }
  };
}
