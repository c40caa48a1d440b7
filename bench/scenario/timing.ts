import { setTimeout as sleep } from 'node:timers/promises';

/** How the scenario measures time and lets it pass. */
export interface Timing {
  /** Milliseconds on a clock that is never set back. */
  now(): number;
  wait(milliseconds: number): Promise<void>;
}

export const realTiming: Timing = {
  now: () => performance.now(),
  wait: (milliseconds) => sleep(milliseconds),
};
