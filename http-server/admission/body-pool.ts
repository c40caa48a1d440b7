/** The actions of a pool on a body that is being received. */
export interface PooledBody {
  /** Lets the client send more. */
  resume(): void;
}

/**
 * The memory for bodies of one kind: those being received, and those being worked on. Bytes count when they arrive,
 * whatever was announced. When the memory is used up, bodies being received wait for work to end. If no work is
 * running, incomplete bodies have used it up, and the oldest one continues: so one body can always be completed, and
 * nothing waits for bytes that may never come.
 */
export class BodyPool {
  readonly #maxBytes: number;
  readonly #maxReceiving: number;
  /** Bodies in the order in which they began. */
  readonly #receiving = new Set<PooledBody>();
  readonly #waiting = new Set<PooledBody>();
  #bytes = 0;
  /** Number of complete bodies. */
  #workedOn = 0;

  /** @param maxReceiving  maximum number of bodies being received at one time, waiting or not */
  constructor(maxBytes: number, maxReceiving: number) {
    this.#maxBytes = maxBytes;
    this.#maxReceiving = maxReceiving;
  }

  /** True if no more bodies can be received now, not even waiting ones. */
  get isCrowded(): boolean {
    return this.#receiving.size >= this.#maxReceiving;
  }

  /** True if bodies wait for others to end. */
  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  begin(body: PooledBody): void {
    this.#receiving.add(body);
  }

  charge(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Reports whether more of the body may arrive; if not, the body is resumed later. */
  admits(body: PooledBody): boolean {
    if (this.#bytes < this.#maxBytes || this.#mustGoOn() === body) return true;
    this.#waiting.add(body);
    return false;
  }

  /** Removes a body that will not get any more bytes. */
  end(body: PooledBody): void {
    this.#receiving.delete(body);
    this.#waiting.delete(body);
    this.#resumeWaiting();
  }

  /** Starts the work on a complete body. */
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
    // The server reads a connection in pieces of this size; a piece is charged when it has been read.
    let room = Math.ceil((this.#maxBytes - this.#bytes) / bytesAtOnce);
    for (const body of this.#waiting) {
      if (room <= 0) return;
      room -= 1;
      this.#waiting.delete(body);
      body.resume();
    }
  }

  /** Returns the body that must continue, since no other one would ever free memory. */
  #mustGoOn(): PooledBody | undefined {
    if (this.#workedOn > 0) return undefined;
    const [oldest] = this.#receiving;
    return oldest;
  }
}

const bytesAtOnce = 64 * 1_024;
