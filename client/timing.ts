import { setTimeout as sleep } from 'node:timers/promises';

/** The clock and the timer of a client. */
export interface Timing {
  /** Returns milliseconds on a clock that is never set back. */
  now(): number;
  /** Resolves earlier when the signal is aborted. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const realTiming: Timing = {
  now: () => performance.now(),
  async wait(milliseconds, signal) {
    try {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
};
