import type { Logger } from '../logger.ts';

/** Measures a directory, in bytes. */
export type Measure = (stopping: AbortSignal) => Promise<number>;

export interface UsedBytesOptions {
  readonly measure: Measure;
  readonly logger: Logger;
}

/** Shortest time between two measurements; it is longer if the last one took long. */
const leastMilliseconds = 600_000;
const timesItsDuration = 50;

/**
 * Tracks how many bytes a directory uses: it measures in the background and adds up the changes in between. A change
 * during a measurement may count twice, until the next one.
 */
export class UsedBytes {
  readonly #options: UsedBytesOptions;
  readonly #stopping = new AbortController();
  #bytes: number | undefined;
  #changed = 0;
  #timer: NodeJS.Timeout | undefined;
  #measuring: Promise<void> = Promise.resolve();

  constructor(options: UsedBytesOptions) {
    this.#options = options;
  }

  /** `undefined` until the first measurement. */
  get bytes(): number | undefined {
    return this.#bytes === undefined ? undefined : Math.max(0, this.#bytes + this.#changed);
  }

  /** Adds the size of a write, or subtracts that of a delete. */
  add(bytes: number): void {
    this.#changed += bytes;
  }

  /** Starts measuring, now and from time to time. */
  start(): void {
    this.#measuring = this.#measure();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#measuring;
  }

  async #measure(): Promise<void> {
    const startedAt = performance.now();
    const changedBefore = this.#changed;
    try {
      const bytes = await this.#options.measure(this.#stopping.signal);
      this.#changed -= changedBefore;
      this.#bytes = bytes;
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#options.logger.warn(
        'The size of the data directory could not be measured; this is tried again.',
        {
          error,
        },
      );
    }
    const pause = Math.max(leastMilliseconds, timesItsDuration * (performance.now() - startedAt));
    this.#timer = setTimeout(() => this.start(), pause).unref();
  }
}
