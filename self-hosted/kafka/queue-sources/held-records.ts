import type { TopicRecord } from '../consumer/topic-record.ts';

/** A record that was taken and is not done. */
export interface HeldRecord {
  readonly topic: string;
  readonly partition: number;
  readonly record: TopicRecord;
  /** Number of invocations that had it. */
  readonly looks: number;
  /** End of the first of these. */
  readonly firstLookAt: Date | undefined;
}

interface Waiting {
  readonly held: HeldRecord;
  /** Milliseconds by a monotonic clock. */
  readonly readyAt: number;
}

/** Interval between two checks whether a record is ready. */
const askAgainMilliseconds = 500;

/** Records of one partition that are processed again, each after its own pause. */
export class HeldRecords {
  #waiting: Waiting[] = [];
  readonly #elapsed: () => number;
  readonly #isReady: (held: HeldRecord) => boolean;

  /**
   * @param elapsed  returns milliseconds since some instant
   * @param isReady  reports whether another look at the record can have a different result
   */
  constructor(elapsed: () => number, isReady: (held: HeldRecord) => boolean) {
    this.#elapsed = elapsed;
    this.#isReady = isReady;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Returns the time until a record may be ready, in milliseconds; `Infinity` if there is none. */
  get pauseMilliseconds(): number {
    const next = this.#waiting.reduce((first, { readyAt }) => Math.min(first, readyAt), Infinity);
    return Math.max(0, next - this.#elapsed());
  }

  hold(held: HeldRecord, afterMilliseconds: number): void {
    this.#waiting.push({ held, readyAt: this.#elapsed() + afterMilliseconds });
  }

  /** Takes records that are ready, the oldest first. */
  take(maxRecords: number): HeldRecord[] {
    const now = this.#elapsed();
    const taken: HeldRecord[] = [];
    this.#waiting = this.#waiting.flatMap((waiting) => {
      if (waiting.readyAt > now || taken.length === maxRecords) return [waiting];
      if (!this.#isReady(waiting.held)) return [{ ...waiting, readyAt: now + askAgainMilliseconds }];
      taken.push(waiting.held);
      return [];
    });
    return taken;
  }
}
