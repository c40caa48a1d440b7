export type { Timers } from '../lib/ports/timers.ts';
export { realTimers } from '../lib/timers.ts';
