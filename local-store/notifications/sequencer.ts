const perMillisecond = 1024;

/**
 * Numbers writes: of two, the later one has the greater hexadecimal number, also when both are of one millisecond or the
 * clock was set back between them (in one run; after a restart it is the clock that counts).
 */
export class Sequencer {
  #last = 0;

  next(at: Date): string {
    this.#last = Math.max(this.#last + 1, at.getTime() * perMillisecond);
    return this.#last.toString(16).toUpperCase().padStart(16, '0');
  }
}
