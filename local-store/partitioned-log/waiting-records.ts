import type { TakeLimits } from '../local-stream.ts';
import { CustomerRecords } from './customer-records.ts';
import { Turns, type Choice } from './turns.ts';
import { RecordQueue, type WaitingRecord } from './waiting-record.ts';

/**
 * The records of a partition that wait, by customer. It lives in memory and is made anew from the disk at each start;
 * it has about 150 bytes for each record, of which the backlog limit bounds the number.
 */
export class WaitingRecords {
  readonly #all = new RecordQueue();
  readonly #byCustomer = new Map<string, CustomerRecords>();
  readonly #turns = new Turns();
  /** By sequence number: what somebody works on. */
  readonly #taken = new Map<number, WaitingRecord>();
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
    this.#turns.add(records);
  }

  /** Takes records for somebody who works on them; none of them is taken again unless it is released. */
  take(limits: TakeLimits): Choice {
    const choice = this.#turns.take(limits);
    for (const record of choice.chosen) {
      record.isTaken = true;
      this.#taken.set(record.sequence, record);
      const records = this.#byCustomer.get(record.customer);
      if (records !== undefined) records.taken += 1;
    }
    return choice;
  }

  /** Whether as much as the limits allow could be taken. */
  hasEnough(limits: TakeLimits): boolean {
    return this.#turns.hasEnough(limits);
  }

  /** @throws RangeError  nobody has taken it */
  taken(sequence: number): WaitingRecord {
    const record = this.#taken.get(sequence);
    if (record === undefined) throw new RangeError(`Record ${sequence} was not taken.`);
    return record;
  }

  /** Gives a record back that was taken, where it is not done. */
  release(sequence: number): void {
    const record = this.#taken.get(sequence);
    if (record === undefined) return;
    this.#taken.delete(sequence);
    record.isTaken = false;
    const records = this.#byCustomer.get(record.customer);
    if (records !== undefined) records.taken -= 1;
  }

  remove(record: WaitingRecord): void {
    if (record.isGone) return;
    record.isGone = true;
    this.#all.forgetOne();
    if (!record.isOrdered) this.#unordered -= 1;
    this.#taken.delete(record.sequence);
    const records = this.#byCustomer.get(record.customer);
    if (records === undefined) return;
    records.forget(record);
    if (records.queue.size > 0) return;
    this.#turns.remove(records);
    this.#byCustomer.delete(record.customer);
  }

  /** The clock is earlier now than when some of them were put. */
  clockWasSetBackTo(now: number): void {
    for (const records of this.#byCustomer.values()) this.#unordered += records.clockWasSetBackTo(now);
  }
}
