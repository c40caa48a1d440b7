/** The time, by argument, so that a test decides what time it is. */
export interface Clock {
  now(): Date;
}
