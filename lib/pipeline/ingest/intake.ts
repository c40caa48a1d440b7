import { ByteBudget } from './byte-budget.ts';

/** Decompressed bytes of batches. */
export interface IntakeLimits {
  /** A batch from here on waits while other large ones are under way; a smaller one passes them. */
  readonly largeFromBytes: number;
  /** So much of large batches is worked on at one time. */
  readonly largeBytesAtOnce: number;
  /** So much of large batches is in memory, and of those whose size is not known yet. */
  readonly largeBytesHeld: number;
  /** So much of small batches is in memory. */
  readonly smallBytesHeld: number;
  /** So many batches are decompressed at one time: a decoder can need 16 MiB, whatever comes out of it. */
  readonly decodersAtOnce: number;
  /** So many large and as many small ones wait, as they were sent, until there is memory for them. */
  readonly maxWaiting: number;
}

const mebibyte = 1_024 * 1_024;

const limits: IntakeLimits = {
  largeFromBytes: 64 * 1_024, // some 400 entries
  largeBytesAtOnce: 2 * mebibyte, // some of a thousand entries, or one of the largest
  largeBytesHeld: 64 * mebibyte, // plain ones are in memory four times, as bytes and in the function's event
  smallBytesHeld: 16 * mebibyte,
  decodersAtOnce: 4, // as many threads as there are for it
  maxWaiting: 1_000,
};

/** What is known of a body before it is decoded. */
export interface BodySize {
  /** The size that it has at most when it is decompressed. */
  readonly atMostBytes: number;
  /** It has exactly this size, since it is not compressed. */
  readonly isKnown: boolean;
}

/**
 * Bounds what a process takes in at one time, where it runs several invocations at once (a Lambda function has one).
 * Memory: a body whose size is not known counts as the largest that it can be, and waits its turn before it is
 * decompressed. And turns: a large batch takes some milliseconds at each step, for which everything small would wait as
 * often as there are large ones.
 */
export class Intake {
  readonly #limits: IntakeLimits;
  readonly #heldLarge: ByteBudget;
  readonly #heldSmall: ByteBudget;
  readonly #decoders: ByteBudget;
  readonly #large: ByteBudget;

  constructor(given: IntakeLimits = limits) {
    this.#limits = given;
    this.#heldLarge = new ByteBudget(given.largeBytesHeld, given.maxWaiting);
    this.#heldSmall = new ByteBudget(given.smallBytesHeld, given.maxWaiting);
    this.#decoders = new ByteBudget(given.decodersAtOnce);
    this.#large = new ByteBudget(given.largeBytesAtOnce);
  }

  /**
   * Has a body decoded, and then worked on.
   * @throws Unavailable  too many wait for their turn; safe to repeat
   */
  async run<T>(
    { atMostBytes, isKnown }: BodySize,
    decode: () => Promise<Buffer>,
    work: (body: Buffer) => Promise<T>,
  ): Promise<T> {
    const { largeFromBytes } = this.#limits;
    const isSmall = isKnown && atMostBytes < largeFromBytes;
    const held = await (isSmall ? this.#heldSmall : this.#heldLarge).take(atMostBytes);
    try {
      const body = await (isKnown ? decode() : this.#decoders.run(1, decode));
      held.reduceTo(body.length);
      if (body.length < largeFromBytes) return await work(body);
      return await this.#large.run(body.length, () => work(body));
    } finally {
      held.end();
    }
  }
}
