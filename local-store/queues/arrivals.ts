import { Wakeups } from '../wakeups.ts';

/** Counts the messages that have arrived since the queue was opened, and wakes waiters. */
export class Arrivals {
  readonly #wakeups = new Wakeups();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(messages: number): void {
    this.#count += messages;
    this.#wakeups.wakeThrough(this.#count);
  }

  /** Resolves when the count has reached this number; rejects when the signal is aborted. */
  wait(count: number, signal: AbortSignal): Promise<void> {
    return count <= this.#count ? Promise.resolve() : this.#wakeups.wait(count, signal);
  }
}
