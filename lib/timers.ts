import { setTimeout as wait } from 'node:timers/promises';
import type { Timers } from './ports/timers.ts';

/** The timers of this process. */
export const realTimers: Timers = {
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
  elapsed: () => performance.now(),
};
