const perMillisecond = 1024;

/**
 * Numbers writes in hexadecimal: a later write has a greater number, even within one millisecond or after the clock
 * was set back. This holds within one run; after a restart, the numbers follow the clock.
 */
export class Sequencer {
  #last = 0;

  next(at: Date): string {
    this.#last = Math.max(this.#last + 1, at.getTime() * perMillisecond);
    return this.#last.toString(16).toUpperCase().padStart(16, '0');
  }
}
