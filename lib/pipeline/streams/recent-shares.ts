import type { CustomerId } from '../../domain/customer-id.ts';
import type { Clock } from '../../ports/clock.ts';

/** Customers that are made up must not fill the memory; those beyond these count for the whole alone. */
const maxCustomers = 10_000;

interface Period {
  readonly begunAt: number;
  readonly byCustomer: Map<CustomerId, number>;
  all: number;
}

/** The parts that customers have of what was counted in the current period and the one before. */
export class RecentShares {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  #before: Period = { begunAt: 0, byCustomer: new Map(), all: 0 };
  #current: Period = this.#before;

  constructor(clock: Clock, seconds: number) {
    this.#clock = clock;
    this.#milliseconds = seconds * 1_000;
  }

  add(customerId: CustomerId): void {
    this.#turn();
    const { byCustomer } = this.#current;
    this.#current.all += 1;
    const count = byCustomer.get(customerId);
    if (count !== undefined || byCustomer.size < maxCustomers) byCustomer.set(customerId, (count ?? 0) + 1);
  }

  /** Returns the customer's part, from 0 to 1. */
  of(customerId: CustomerId): number {
    this.#turn();
    const periods = [this.#before, this.#current];
    const all = periods.reduce((sum, period) => sum + period.all, 0);
    const own = periods.reduce((sum, { byCustomer }) => sum + (byCustomer.get(customerId) ?? 0), 0);
    return all === 0 ? 0 : own / all;
  }

  /** Begins another period where the current one is over, or the clock was set back behind it. */
  #turn(): void {
    const now = this.#clock.now().getTime();
    const age = now - this.#current.begunAt;
    if (age >= 0 && age < this.#milliseconds) return;
    const isLongAgo = age < 0 || age >= 2 * this.#milliseconds;
    this.#before = isLongAgo ? { begunAt: 0, byCustomer: new Map(), all: 0 } : this.#current;
    this.#current = { begunAt: now, byCustomer: new Map(), all: 0 };
  }
}
