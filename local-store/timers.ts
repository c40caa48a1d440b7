import { setTimeout as wait } from 'node:timers/promises';

/** Waiting, by argument, so that a test of a back-off or of a window does not have to. */
export interface Timers {
  /** Resolves after `milliseconds`; rejects with an `AbortError` as soon as `signal` is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const realTimers: Timers = {
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
};
