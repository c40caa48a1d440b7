import { Unavailable } from '../../errors.ts';

/** Limits in the unit in which work is weighed: bytes, or 1 for each piece of work. */
export interface TurnLimits {
  readonly atOnce: number;
  /** Absent if one customer may have all of it. */
  readonly atOnceOfOneCustomer?: number;
  /** Number of pieces of work that may wait. */
  readonly waiting?: number;
  readonly waitingOfOneCustomer?: number;
}

/** The weight of a piece of work that is under way. */
export interface Turn {
  /** Gives back what was not needed after all. */
  reduceTo(weight: number): void;
  /** Gives back the rest, once. */
  end(): void;
}

interface Waiting {
  readonly weight: number;
  begin(): void;
}

interface CustomerWork {
  running: number;
  readonly waiting: Waiting[];
}

/**
 * Runs work side by side as long as its weight is within limits; the rest waits. Customers take turns, so that a customer
 * with much waiting work does not hold up the others. The work of one customer begins in its order. Work that is heavier
 * than the whole limit runs alone, and nothing lighter passes those that wait for it.
 */
export class CustomerTurns {
  readonly #limits: Required<TurnLimits>;
  /** Customers in the order of their turns, without those whose work neither runs nor waits. */
  readonly #customers = new Map<string, CustomerWork>();
  #running = 0;
  #waiting = 0;

  constructor(limits: TurnLimits) {
    const unlimited = Number.POSITIVE_INFINITY;
    this.#limits = {
      atOnceOfOneCustomer: unlimited,
      waiting: unlimited,
      waitingOfOneCustomer: unlimited,
      ...limits,
    };
  }

  /**
   * Resolves when it is the turn of a piece of work.
   * @param customer  whose work it is; work that belongs to no customer has a name of its own
   * @throws Unavailable  too much waits already; safe to repeat
   */
  async take(customer: string, weight = 1): Promise<Turn> {
    const work = this.#workOf(customer);
    const isFirst = this.#waiting === 0;
    if (isFirst && this.#fits(weight) && this.#fitsOf(work, weight)) this.#begin(customer, work, weight);
    else await this.#wait(work, weight);
    return this.#underWay(customer, work, weight);
  }

  /**
   * Does a piece of work when it is its turn.
   * @throws Unavailable  too much waits already; safe to repeat
   */
  async run<T>(customer: string, work: () => Promise<T>, weight = 1): Promise<T> {
    const turn = await this.take(customer, weight);
    try {
      return await work();
    } finally {
      turn.end();
    }
  }

  #workOf(customer: string): CustomerWork {
    const known = this.#customers.get(customer);
    if (known !== undefined) return known;
    const work: CustomerWork = { running: 0, waiting: [] };
    this.#customers.set(customer, work);
    return work;
  }

  async #wait(work: CustomerWork, weight: number): Promise<void> {
    let hasBegun = false;
    const turn = new Promise<void>((resolve) => {
      const begin = () => {
        hasBegun = true;
        resolve();
      };
      work.waiting.push({ weight, begin });
      this.#waiting += 1;
    });
    this.#beginNext(); // it may pass what waits for its own customer alone
    if (!hasBegun) this.#requireRoomToWait(work);
    await turn;
  }

  /** Withdraws a customer's last waiting work, if too much waits. */
  #requireRoomToWait({ waiting }: CustomerWork): void {
    const { waiting: maxWaiting, waitingOfOneCustomer } = this.#limits;
    const isOneTooMany = waiting.length > waitingOfOneCustomer;
    if (!isOneTooMany && this.#waiting <= maxWaiting) return;
    waiting.pop();
    this.#waiting -= 1;
    throw new Unavailable(
      isOneTooMany
        ? `${waiting.length} requests of this customer wait for their turn already.`
        : `${this.#waiting} requests wait for their turn already.`,
    );
  }

  #fits(weight: number): boolean {
    return this.#running === 0 || this.#running + weight <= this.#limits.atOnce;
  }

  #fitsOf({ running }: CustomerWork, weight: number): boolean {
    return running === 0 || running + weight <= this.#limits.atOnceOfOneCustomer;
  }

  #begin(customer: string, work: CustomerWork, weight: number): void {
    work.running += weight;
    this.#running += weight;
    // The customer's next turn comes behind those of the others.
    this.#customers.delete(customer);
    this.#customers.set(customer, work);
  }

  #underWay(customer: string, work: CustomerWork, weight: number): Turn {
    let held = weight;
    const reduceTo = (rest: number) => {
      work.running -= held - rest;
      this.#running -= held - rest;
      held = rest;
      if (work.running === 0 && work.waiting.length === 0) this.#customers.delete(customer);
      this.#beginNext();
    };
    return { reduceTo: (rest) => reduceTo(Math.min(rest, held)), end: () => reduceTo(0) };
  }

  #beginNext(): void {
    for (const [customer, work] of this.#customers) {
      if (this.#waiting === 0) return;
      const [next] = work.waiting;
      if (next === undefined || !this.#fitsOf(work, next.weight)) continue;
      if (!this.#fits(next.weight)) return;
      work.waiting.shift();
      this.#waiting -= 1;
      this.#begin(customer, work, next.weight); // which moves it to the end, where this loop gets to it again
      next.begin();
    }
  }
}
