import type { Logger } from '../logger.ts';

/** Measures a directory, in bytes. */
export type Measure = (stopping: AbortSignal) => Promise<number>;

export interface UsedBytesOptions {
  readonly measure: Measure;
  readonly logger: Logger;
}

/** It is measured again at the earliest after so long, and after so many times as long as it took. */
const leastMilliseconds = 600_000;
const timesItsDuration = 50;

/**
 * Knows how much a directory uses: it is measured in the background, and in between what changes is added up. What is
 * added while it is being measured may count twice, until it is measured again.
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

  /** `undefined` until it was measured once. */
  get bytes(): number | undefined {
    return this.#bytes === undefined ? undefined : Math.max(0, this.#bytes + this.#changed);
  }

  /** Something was written or deleted. */
  add(bytes: number): void {
    this.#changed += bytes;
  }

  /** Begins to measure, now and from time to time. */
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
      this.#options.logger.warn('What the data directory uses could not be measured; it is tried again.', {
        error,
      });
    }
    const pause = Math.max(leastMilliseconds, timesItsDuration * (performance.now() - startedAt));
    this.#timer = setTimeout(() => this.start(), pause).unref();
  }
}
