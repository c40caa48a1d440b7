import { setTimeout as wait } from 'node:timers/promises';

/** Does something until it succeeds, fails in a way that does not pass, or has been tried often enough. */
export type Backoff = <T>(work: () => Promise<T>, passes: (error: unknown) => boolean) => Promise<T>;

export interface BackoffOptions {
  readonly maxAttempts: number;
  /** Before the second attempt at most; doubled before each further one. */
  readonly firstMilliseconds: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Waits for so long. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/**
 * Waits for a random time up to a bound that doubles, so that those who met do not meet again
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
 */
export function createBackoff({
  maxAttempts,
  firstMilliseconds,
  random,
  pause = wait,
}: BackoffOptions): Backoff {
  return async (work, passes) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (attempt === maxAttempts || !passes(error)) throw error;
        await pause(random() * firstMilliseconds * 2 ** (attempt - 1));
      }
    }
  };
}
