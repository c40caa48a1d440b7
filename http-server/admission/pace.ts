/** Limits of the pace of bodies. */
export interface PaceLimits {
  readonly minBytesPerSecond: number;
  /** Time over which the pace is measured. */
  readonly seconds: number;
  /** The same while others wait for the memory of the body. */
  readonly secondsWhileOthersWait: number;
  /** A body must arrive as a whole within this time. */
  readonly maxSeconds: number;
  /** Longest time that a body waits for others. */
  readonly maxWaitingSeconds: number;
}

export const paceLimits: PaceLimits = {
  minBytesPerSecond: 10_000, // 2 MiB in three and a half minutes, the speed of a modem
  seconds: 10,
  secondsWhileOthersWait: 2,
  maxSeconds: 120,
  maxWaitingSeconds: 20, // many clients give up after 30 s
};

/** The decision about a body, by the way it has arrived so far. */
export type Verdict = 'goes on' | 'is too slow' | 'gives way' | 'waits too long';

/** The pace of one body. Time in which the body has to wait does not count against it. */
export class Pace {
  readonly #limits: PaceLimits;
  #receivedSeconds = 0;
  #waitedSeconds = 0;
  /** Seconds for which the pace has been measured. */
  #seconds = 0;
  #bytes = 0;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  came(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Records that some time has passed. */
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
