import { Unavailable } from '../../errors.ts';

/** What something has of a budget until it ends. */
export interface Share {
  /** Gives back what turned out not to be needed. */
  reduceTo(bytes: number): void;
  /** Gives back the rest, once. */
  end(): void;
}

interface Waiting {
  readonly bytes: number;
  begin(): void;
}

/**
 * Lets work go on side by side as long as its bytes are within a budget; what is beyond waits, first come, first served.
 * What is larger than the budget goes on alone.
 */
export class ByteBudget {
  readonly #budget: number;
  readonly #maxWaiting: number;
  readonly #waiting: Waiting[] = [];
  #taken = 0;

  /** @param maxWaiting  so many may wait at one time */
  constructor(bytes: number, maxWaiting = Number.POSITIVE_INFINITY) {
    this.#budget = bytes;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Resolves when the bytes are within the budget.
   * @throws Unavailable  too many wait already; safe to repeat
   */
  async take(bytes: number): Promise<Share> {
    if (this.#waiting.length > 0 || !this.#hasRoomFor(bytes)) await this.#wait(bytes);
    else this.#taken += bytes;
    let held = bytes;
    const reduceTo = (rest: number) => {
      this.#taken -= held - rest;
      held = rest;
      this.#beginNext();
    };
    return { reduceTo: (rest) => reduceTo(Math.min(rest, held)), end: () => reduceTo(0) };
  }

  /** @throws Unavailable  too many wait already; safe to repeat */
  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const share = await this.take(bytes);
    try {
      return await work();
    } finally {
      share.end();
    }
  }

  async #wait(bytes: number): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new Unavailable(`${this.#waiting.length} requests wait for their turn already.`);
    }
    await new Promise<void>((begin) => this.#waiting.push({ bytes, begin }));
  }

  #hasRoomFor(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= this.#budget;
  }

  #beginNext(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#hasRoomFor(next.bytes)) return;
      this.#waiting.shift();
      this.#taken += next.bytes;
      next.begin();
    }
  }
}
