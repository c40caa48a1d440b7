import type { Clock } from '../lib/ports/clock.ts';

/**
 * A clock that detects when it is set back. If a later reading shows an earlier time, the number of set-backs has
 * risen in between.
 */
export class WatchedClock implements Clock {
  readonly #clock: Clock;
  #latest = Number.NEGATIVE_INFINITY;
  #timesSetBack = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): Date {
    const now = this.#clock.now();
    if (now.getTime() < this.#latest) this.#timesSetBack += 1;
    this.#latest = now.getTime();
    return now;
  }

  /** Returns how often the clock was set back. */
  get timesSetBack(): number {
    return this.#timesSetBack;
  }
}
