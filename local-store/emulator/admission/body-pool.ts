/** What a pool can do with a body that is being received. */
export interface PooledBody {
  /** Lets the client go on. */
  resume(): void;
}

/**
 * The memory that bodies of one kind may have together: those that are received, and those that are worked on. Bytes count
 * when they arrive, whatever was announced. Where it is used up, the bodies that are being received wait for those that are
 * worked on to end. Where there are none, parts of bodies have used it up, and the oldest one goes on: so there is always
 * one that can be completed, and nothing waits for bytes that may never come.
 */
export class BodyPool {
  readonly #maxBytes: number;
  readonly #maxReceiving: number;
  /** In the order in which they began. */
  readonly #receiving = new Set<PooledBody>();
  readonly #waiting = new Set<PooledBody>();
  #bytes = 0;
  /** Bodies that are there as a whole. */
  #workedOn = 0;

  /** @param maxReceiving  so many bodies may be received at one time, waiting or not */
  constructor(maxBytes: number, maxReceiving: number) {
    this.#maxBytes = maxBytes;
    this.#maxReceiving = maxReceiving;
  }

  /** More bodies cannot be received now, not even waiting. */
  get isCrowded(): boolean {
    return this.#receiving.size >= this.#maxReceiving;
  }

  /** Bodies wait for others to end. */
  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  begin(body: PooledBody): void {
    this.#receiving.add(body);
  }

  charge(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Whether more of the body may come; if not, it is resumed when it may. */
  admits(body: PooledBody): boolean {
    if (this.#bytes < this.#maxBytes || this.#mustGoOn() === body) return true;
    this.#waiting.add(body);
    return false;
  }

  /** Nothing more of the body comes. */
  end(body: PooledBody): void {
    this.#receiving.delete(body);
    this.#waiting.delete(body);
    this.#resumeWaiting();
  }

  /** Work on a body begins, which is there as a whole. */
  beginWork(): void {
    this.#workedOn += 1;
  }

  endWork(): void {
    this.#workedOn -= 1;
    this.#resumeWaiting();
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
    this.#resumeWaiting();
  }

  #resumeWaiting(): void {
    const oldest = this.#mustGoOn();
    if (oldest !== undefined && this.#waiting.delete(oldest)) oldest.resume();
    // A connection is read so much at a time; until then nothing is charged.
    let room = Math.ceil((this.#maxBytes - this.#bytes) / bytesAtOnce);
    for (const body of this.#waiting) {
      if (room <= 0) return;
      room -= 1;
      this.#waiting.delete(body);
      body.resume();
    }
  }

  /** The body for which there has to be room, since no other one would ever make any. */
  #mustGoOn(): PooledBody | undefined {
    if (this.#workedOn > 0) return undefined;
    const [oldest] = this.#receiving;
    return oldest;
  }
}

const bytesAtOnce = 64 * 1_024;
