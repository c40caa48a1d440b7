import { setTimeout as wait } from 'node:timers/promises';

/** Waiting and how long it took, by argument, so that a test of a back-off or of a window does not have to. */
export interface Timers {
  /** Resolves after `milliseconds`; rejects with an `AbortError` as soon as `signal` is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /**
   * Milliseconds since some instant, by a clock that nobody sets. It goes on while the process is stopped and, on some
   * systems, while the machine sleeps.
   */
  elapsed(): number;
}

export const realTimers: Timers = {
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
  elapsed: () => performance.now(),
};
