import { CustomerRecords } from './customer-records.ts';
import { RecordQueue, type WaitingRecord } from './waiting-record.ts';

/**
 * The records of a partition that wait, by customer. It lives in memory and is made anew from the disk at each start;
 * it has about 150 bytes for each record, of which the backlog limit bounds the number.
 */
export class WaitingRecords {
  readonly #all = new RecordQueue();
  readonly #byCustomer = new Map<string, CustomerRecords>();
  #unordered = 0;

  get size(): number {
    return this.#all.size;
  }

  /** True while one waits that was put before the clock was set back behind it. */
  get hasUnordered(): boolean {
    return this.#unordered > 0;
  }

  /** In the order of sequence numbers. */
  [Symbol.iterator](): Iterator<WaitingRecord> {
    return this.#all[Symbol.iterator]();
  }

  /** The one with the lowest sequence number. */
  first(): WaitingRecord | undefined {
    return this.#all.first();
  }

  /** The same, of those that no commit is deleting. */
  firstUnfinished(): WaitingRecord | undefined {
    if (this.first()?.isFinishing !== true) return this.first();
    for (const record of this.#all) if (!record.isFinishing) return record;
    return undefined;
  }

  of(customer: string): CustomerRecords | undefined {
    return this.#byCustomer.get(customer);
  }

  /** Adds one whose sequence number is higher than all others'. */
  add(record: WaitingRecord): void {
    this.#all.add(record);
    if (!record.isOrdered) this.#unordered += 1;
    let records = this.#byCustomer.get(record.customer);
    if (records === undefined) {
      records = new CustomerRecords(record.customer);
      this.#byCustomer.set(record.customer, records);
    }
    record.customer = records.customer; // one text for all, and not a part of each record's key
    records.add(record);
  }

  remove(record: WaitingRecord): void {
    if (record.isGone) return;
    record.isGone = true;
    this.#all.forgetOne();
    if (!record.isOrdered) this.#unordered -= 1;
    const records = this.#byCustomer.get(record.customer);
    records?.forget(record);
    if (records?.queue.size === 0) this.#byCustomer.delete(record.customer);
  }

  /** The clock is earlier now than when some of them were put. */
  clockWasSetBackTo(now: number): void {
    for (const records of this.#byCustomer.values()) this.#unordered += records.clockWasSetBackTo(now);
  }
}
