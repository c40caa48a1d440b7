import type { TakeLimits } from '../local-stream.ts';
import { CustomerRecords } from './customer-records.ts';
import { Turns, type Choice } from './turns.ts';
import { RecordQueue, type WaitingRecord } from './waiting-record.ts';

/**
 * The waiting records of a partition, by customer. They live in memory and are rebuilt from the disk at each start,
 * with about 150 bytes per record; the backlog limit bounds their number.
 */
export class WaitingRecords {
  readonly #all = new RecordQueue();
  readonly #byCustomer = new Map<string, CustomerRecords>();
  readonly #turns = new Turns();
  /** Records that somebody works on, by sequence number. */
  readonly #taken = new Map<number, WaitingRecord>();
  #unordered = 0;

  get size(): number {
    return this.#all.size;
  }

  /** True while a record waits that was put before the clock was set back behind it. */
  get hasUnordered(): boolean {
    return this.#unordered > 0;
  }

  /** Iterates in the order of sequence numbers. */
  [Symbol.iterator](): Iterator<WaitingRecord> {
    return this.#all[Symbol.iterator]();
  }

  /** Returns the record with the lowest sequence number. */
  first(): WaitingRecord | undefined {
    return this.#all.first();
  }

  /** Returns the first record that no commit is deleting. */
  firstUnfinished(): WaitingRecord | undefined {
    if (this.first()?.isFinishing !== true) return this.first();
    for (const record of this.#all) if (!record.isFinishing) return record;
    return undefined;
  }

  of(customer: string): CustomerRecords | undefined {
    return this.#byCustomer.get(customer);
  }

  /** Returns the records of each customer. */
  ofAll(): readonly CustomerRecords[] {
    return [...this.#byCustomer.values()];
  }

  /** Adds a record whose sequence number is higher than all others'. */
  add(record: WaitingRecord): void {
    this.#all.add(record);
    if (!record.isOrdered) this.#unordered += 1;
    let records = this.#byCustomer.get(record.customer);
    if (records === undefined) {
      records = new CustomerRecords(record.customer);
      this.#byCustomer.set(record.customer, records);
    }
    record.customer = records.customer; // one string for all records, not a slice of each record's key
    records.add(record);
    this.#turns.add(records);
  }

  /** Takes records for somebody who works on them; nobody else gets them unless they are released. */
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

  /** Reports whether as much as the limits allow could be taken. */
  hasEnough(limits: TakeLimits): boolean {
    return this.#turns.hasEnough(limits);
  }

  /** @throws RangeError  nobody has taken it */
  taken(sequence: number): WaitingRecord {
    const record = this.#taken.get(sequence);
    if (record === undefined) throw new RangeError(`Record ${sequence} was not taken.`);
    return record;
  }

  /** Returns a record that was taken but is not done. */
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

  /** Marks records put at a later time than now, because the clock was set back. */
  clockWasSetBackTo(now: number): void {
    for (const records of this.#byCustomer.values()) this.#unordered += records.clockWasSetBackTo(now);
  }
}
