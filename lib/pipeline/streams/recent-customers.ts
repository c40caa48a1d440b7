import QuickLRU from 'quick-lru';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { Clock } from '../../ports/clock.ts';

/** Customers that are made up must not fill the memory; who is beyond these is forgotten, the longest unseen first. */
const maxCustomers = 10_000;

interface Seen<Value> {
  readonly value: Value;
  readonly at: number;
}

/** Something that is remembered of each customer for some time after it was last seen, of a bounded number of them. */
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

  /** Returns how many customers were seen lately; exact to a second, as counting looks at each. */
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
