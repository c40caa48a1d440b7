import { setTimeout as wait } from 'node:timers/promises';
import { backoffMilliseconds } from '../backoff.ts';

/**
 * Does something until it succeeds, fails in a way that does not pass, or has been tried often enough since it last got
 * on, as an error may say of it.
 */
export type Backoff = <T>(
  work: () => Promise<T>,
  passes: (error: unknown) => boolean,
  gotOn?: (error: unknown) => boolean,
) => Promise<T>;

export interface BackoffOptions {
  readonly maxAttempts: number;
  /** Before the second attempt at most; doubled before each further one, up to the `maxAttempts`th. */
  readonly firstMilliseconds: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Waits for so long. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** Returns what waits between attempts for a random time up to a bound that doubles. */
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
