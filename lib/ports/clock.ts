/** The time, as an argument, so that tests control it. */
export interface Clock {
  now(): Date;
}
