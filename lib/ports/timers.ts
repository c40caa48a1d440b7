/** Waiting, and the time that passes, by argument, so that a test of a pause or of a deadline does not have to wait. */
export interface Timers {
  /** Resolves after `milliseconds`; rejects with an `AbortError` as soon as `signal` is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /**
   * Returns the milliseconds since some instant, by a clock that nobody sets. It goes on while the process is stopped
   * and, on some systems, while the machine sleeps.
   */
  elapsed(): number;
}
