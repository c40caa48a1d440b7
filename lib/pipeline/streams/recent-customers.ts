import QuickLRU from 'quick-lru';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * Invented customers must not fill the memory: beyond this number, the customer that has been unseen longest is forgotten.
 */
const maxCustomers = 10_000;

interface Seen<Value> {
  readonly value: Value;
  readonly at: number;
}

/** Values remembered for each customer for some time after it was last seen, for a bounded number of customers. */
export class RecentCustomers<Value> {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #seen = new QuickLRU<CustomerId, Seen<Value>>({ maxSize: maxCustomers });
  #counted = { at: Number.NEGATIVE_INFINITY, count: 0 };

  constructor(clock: Clock, seconds: number) {
    this.#clock = clock;
    this.#milliseconds = seconds * 1_000;
  }

  set(customerId: CustomerId, value: Value): void {
    if (!this.#seen.has(customerId)) this.#counted = { at: Number.NEGATIVE_INFINITY, count: 0 };
    this.#seen.set(customerId, { value, at: this.#clock.now().getTime() });
  }

  get(customerId: CustomerId): Value | undefined {
    const seen = this.#seen.get(customerId);
    return seen !== undefined && this.#isRecent(seen, this.#clock.now().getTime()) ? seen.value : undefined;
  }

  /** Returns how many customers were seen lately; exact to a second, because counting looks at each of them. */
  get size(): number {
    const now = this.#clock.now().getTime();
    if (Math.abs(now - this.#counted.at) < 1_000) return this.#counted.count;
    let count = 0;
    for (const [, seen] of this.#seen.entriesAscending()) if (this.#isRecent(seen, now)) count += 1;
    this.#counted = { at: now, count };
    return count;
  }

  /** A clock that was set back makes nobody recent for longer. */
  #isRecent({ at }: Seen<Value>, now: number): boolean {
    return Math.abs(now - at) <= this.#milliseconds;
  }
}
