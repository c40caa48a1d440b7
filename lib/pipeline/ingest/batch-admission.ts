import type { CustomerId } from '../../domain/customer-id.ts';
import { CustomerTurns } from '../turns/customer-turns.ts';

/** Decompressed bytes of batches. */
export interface BatchAdmissionLimits {
  /** Size from which a batch waits while other large ones are under way; a smaller one passes them. */
  readonly largeFromBytes: number;
  /** Bytes of large batches processed at one time, without those that are huge. */
  readonly largeBytesAtOnce: number;
  /** Size from which a batch waits for other huge ones only: it gives the others turns while it is processed. */
  readonly hugeFromBytes: number;
  /** Bytes of huge batches processed at one time, each of which takes several times its size. */
  readonly hugeBytesAtOnce: number;
  /** Bytes in memory of large batches, and of those whose size is still unknown. */
  readonly largeBytesHeld: number;
  /** Bytes of small batches in memory. */
  readonly smallBytesHeld: number;
  /** Number of batches decompressed at one time: a decoder can need 16 MiB, whatever its output. */
  readonly decodersAtOnce: number;
  /** Number of large batches, and as many small ones, that wait for memory in the form in which they were sent. */
  readonly maxWaiting: number;
  readonly maxWaitingOfOneCustomer: number;
}

const mebibyte = 1_024 * 1_024;

const limits: BatchAdmissionLimits = {
  largeFromBytes: 64 * 1_024, // some 400 entries
  largeBytesAtOnce: 2 * mebibyte, // a dozen of a thousand entries
  hugeFromBytes: 2 * mebibyte,
  hugeBytesAtOnce: 16 * mebibyte, // one of the largest
  // Plain ones are in memory four times, as bytes and in the function's event. Four decoders, each of which may need
  // 16 MiB, leave half of it to those that are decoded.
  largeBytesHeld: 128 * mebibyte,
  smallBytesHeld: 16 * mebibyte,
  decodersAtOnce: 4, // as many threads as there are for it
  maxWaiting: 1_000,
  maxWaitingOfOneCustomer: 500, // so that there is room for others
};

/** Facts known about a body before it is decoded. */
export interface BodySize {
  /** Its maximum size when decompressed. */
  readonly atMostBytes: number;
  /** True if it has exactly this size, since it is not compressed. */
  readonly isKnown: boolean;
}

/**
 * Bounds what a process takes in at one time, if it runs several invocations at once (a Lambda function runs one). It
 * limits memory: a body whose size is not known counts as the largest that it can be, and waits its turn before it is
 * decompressed. It also orders the work: each step of a large batch takes some milliseconds, so that small batches
 * would wait for every large one, and a huge one takes as many steps as a hundred others. Customers take turns
 * everywhere, so no customer's batches wait for all of another's.
 */
export class BatchAdmission {
  readonly #limits: BatchAdmissionLimits;
  readonly #heldLarge: CustomerTurns;
  readonly #heldSmall: CustomerTurns;
  readonly #decoders: CustomerTurns;
  readonly #large: CustomerTurns;
  readonly #huge: CustomerTurns;

  constructor(given: BatchAdmissionLimits = limits) {
    this.#limits = given;
    const waiting = { waiting: given.maxWaiting, waitingOfOneCustomer: given.maxWaitingOfOneCustomer };
    this.#heldLarge = new CustomerTurns({ atOnce: given.largeBytesHeld, ...waiting });
    this.#heldSmall = new CustomerTurns({ atOnce: given.smallBytesHeld, ...waiting });
    this.#decoders = new CustomerTurns({ atOnce: given.decodersAtOnce });
    this.#large = new CustomerTurns({ atOnce: given.largeBytesAtOnce });
    this.#huge = new CustomerTurns({ atOnce: given.hugeBytesAtOnce });
  }

  /**
   * Decodes a body and then processes it, each in its turn.
   * @throws Unavailable  too many wait for their turn; safe to repeat
   */
  async run<T>(
    customerId: CustomerId,
    { atMostBytes, isKnown }: BodySize,
    decode: () => Promise<Buffer>,
    work: (body: Buffer) => Promise<T>,
  ): Promise<T> {
    const { largeFromBytes, hugeFromBytes } = this.#limits;
    const isSmall = isKnown && atMostBytes < largeFromBytes;
    const held = await (isSmall ? this.#heldSmall : this.#heldLarge).take(customerId, atMostBytes);
    try {
      const body = await (isKnown ? decode() : this.#decoders.run(customerId, decode));
      held.reduceTo(body.length);
      if (body.length < largeFromBytes) return await work(body);
      const turns = body.length < hugeFromBytes ? this.#large : this.#huge;
      return await turns.run(customerId, () => work(body), body.length);
    } finally {
      held.end();
    }
  }
}
