import { Unavailable } from '../errors.ts';
import { ByteBudget } from './byte-budget.ts';

/** Decompressed bytes of batches, as far as that is known before. */
export interface IntakeLimits {
  /** Beyond this, with what waits for its turn, a batch is refused for now. */
  readonly heldBytes: number;
  /** A batch from here on waits while other large ones are under way; a smaller one passes them. */
  readonly largeFromBytes: number;
  /** So much of large batches is under way at one time. */
  readonly largeBytesAtOnce: number;
}

const limits: IntakeLimits = {
  heldBytes: 128 * 1_024 * 1_024, // which with all that is made of them is some 700 MB of memory
  largeFromBytes: 64 * 1_024, // some 400 entries
  largeBytesAtOnce: 2 * 1_024 * 1_024, // one of the largest, or some of a thousand entries
};

/**
 * Bounds what a process takes in at one time, where it runs several invocations at once (a Lambda function has one).
 * Memory: clients that give up and come again while the disk stands still leave their batches behind. And turns: a large
 * batch takes some milliseconds at each step, for which everything small would wait as often as there are large ones.
 */
export class Intake {
  readonly #limits: IntakeLimits;
  readonly #large: ByteBudget;
  #held = 0;

  constructor(given: IntakeLimits = limits) {
    this.#limits = given;
    this.#large = new ByteBudget(given.largeBytesAtOnce);
  }

  /** @throws Unavailable  too much is held; safe to repeat */
  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const { heldBytes, largeFromBytes } = this.#limits;
    if (this.#held > 0 && this.#held + bytes > heldBytes) {
      throw new Unavailable(`Batches of ${this.#held} bytes are under way; ${bytes} more would be too much.`);
    }
    this.#held += bytes;
    try {
      return await (bytes < largeFromBytes ? work() : this.#large.run(bytes, work));
    } finally {
      this.#held -= bytes;
    }
  }
}
