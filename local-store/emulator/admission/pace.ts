/** How fast bodies have to come. */
export interface PaceLimits {
  readonly minBytesPerSecond: number;
  /** Measured over so long. */
  readonly seconds: number;
  /** The same where others wait for the memory that a body takes. */
  readonly secondsWhileOthersWait: number;
  /** Within so long a body has come as a whole. */
  readonly maxSeconds: number;
  /** So long a body waits for others, and no longer. */
  readonly maxWaitingSeconds: number;
}

export const paceLimits: PaceLimits = {
  minBytesPerSecond: 10_000, // 2 MiB in three and a half minutes; modems were as fast
  seconds: 10,
  secondsWhileOthersWait: 2,
  maxSeconds: 120,
  maxWaitingSeconds: 20, // of the 30 s that many clients have
};

/** What is to be done with a body, by how it has come so far. */
export type Verdict = 'goes on' | 'is too slow' | 'gives way' | 'waits too long';

/** The pace at which one body comes. Time in which it waits is not held against it. */
export class Pace {
  readonly #limits: PaceLimits;
  #receivedSeconds = 0;
  #waitedSeconds = 0;
  /** Since the pace is measured. */
  #seconds = 0;
  #bytes = 0;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  came(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Takes note that some time has passed. */
  passed(
    seconds: number,
    { isWaiting, doOthersWait }: { isWaiting: boolean; doOthersWait: boolean },
  ): Verdict {
    const { minBytesPerSecond, maxSeconds, maxWaitingSeconds, secondsWhileOthersWait } = this.#limits;
    if (isWaiting) {
      this.#waitedSeconds += seconds;
      this.#measureAnew();
      return this.#waitedSeconds > maxWaitingSeconds ? 'waits too long' : 'goes on';
    }
    this.#receivedSeconds += seconds;
    this.#seconds += seconds;
    if (this.#receivedSeconds > maxSeconds) return 'is too slow';
    const isSlow = this.#bytes < minBytesPerSecond * this.#seconds;
    if (isSlow && doOthersWait && this.#seconds >= secondsWhileOthersWait) return 'gives way';
    if (this.#seconds < this.#limits.seconds) return 'goes on';
    if (isSlow) return 'is too slow';
    this.#measureAnew();
    return 'goes on';
  }

  #measureAnew(): void {
    this.#seconds = 0;
    this.#bytes = 0;
  }
}
