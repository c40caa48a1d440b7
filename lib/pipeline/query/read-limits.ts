import type { TurnLimits } from '../turns/customer-turns.ts';

/**
 * Limits on what a process reads at one time, where it runs several invocations at once (a Lambda function has one). A
 * total over a day of minutes takes half a second of the one thread that all share, so one customer never gets all of
 * the places.
 */
export const readLimits: TurnLimits = {
  atOnce: 6,
  atOnceOfOneCustomer: 2,
  waitingOfOneCustomer: 64,
  waiting: 1_000,
};
