import { Unavailable } from '../../errors.ts';

export interface ReadLimits {
  readonly atOnce: number;
  readonly atOnceOfOneCustomer: number;
  /** So many more of a customer's wait for their turn. */
  readonly waitingOfOneCustomer: number;
  /** So many wait of all customers. */
  readonly waiting: number;
}

const limits: ReadLimits = { atOnce: 6, atOnceOfOneCustomer: 2, waitingOfOneCustomer: 64, waiting: 1_000 };

interface CustomerReads {
  running: number;
  /** Each begins a read. */
  readonly waiting: (() => void)[];
}

/**
 * Bounds what a process reads at one time, where it runs several invocations at once (a Lambda function has one). A total
 * over a day of minutes takes half a second of the one thread that all share. Customers take turns, and one alone never
 * has all of the places: however much it asks for, others are answered.
 */
export class ReadTurns {
  readonly #limits: ReadLimits;
  /** In the order of their turns; those that neither run nor wait are left out. */
  readonly #customers = new Map<string, CustomerReads>();
  #running = 0;
  #waiting = 0;

  constructor(given: ReadLimits = limits) {
    this.#limits = given;
  }

  /**
   * @param customer  who asks; reads that belong to no customer have a name of their own
   * @throws Unavailable  too many reads wait already; safe to repeat
   */
  async run<T>(customer: string, read: () => Promise<T>): Promise<T> {
    const reads = this.#readsOf(customer);
    if (this.#mayBegin(reads)) this.#begin(reads);
    else await this.#wait(reads);
    try {
      return await read();
    } finally {
      this.#end(customer, reads);
    }
  }

  #readsOf(customer: string): CustomerReads {
    const known = this.#customers.get(customer);
    if (known !== undefined) return known;
    const reads: CustomerReads = { running: 0, waiting: [] };
    this.#customers.set(customer, reads);
    return reads;
  }

  #mayBegin({ running }: CustomerReads): boolean {
    return this.#running < this.#limits.atOnce && running < this.#limits.atOnceOfOneCustomer;
  }

  #begin(reads: CustomerReads): void {
    this.#running += 1;
    reads.running += 1;
  }

  async #wait(reads: CustomerReads): Promise<void> {
    const { waiting, waitingOfOneCustomer } = this.#limits;
    if (reads.waiting.length >= waitingOfOneCustomer) {
      throw new Unavailable(`${reads.waiting.length} reads of this customer wait for their turn already.`);
    }
    if (this.#waiting >= waiting)
      throw new Unavailable(`${this.#waiting} reads wait for their turn already.`);
    this.#waiting += 1;
    await new Promise<void>((begin) => reads.waiting.push(begin));
  }

  #end(customer: string, reads: CustomerReads): void {
    this.#running -= 1;
    reads.running -= 1;
    if (reads.running === 0 && reads.waiting.length === 0) this.#customers.delete(customer);
    for (const [next, its] of this.#customers) {
      if (this.#running >= this.#limits.atOnce) return;
      if (!this.#mayBegin(its)) continue;
      const begin = its.waiting.shift();
      if (begin === undefined) continue;
      this.#waiting -= 1;
      this.#begin(its);
      // Its next turn comes behind those of the others.
      this.#customers.delete(next);
      this.#customers.set(next, its);
      begin();
      return; // one has ended, and one has begun
    }
  }
}
