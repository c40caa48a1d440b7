import { RecordQueue, type WaitingRecord } from './waiting-record.ts';

/** The records of one customer that wait in a partition, with sums that are kept up to date. */
export class CustomerRecords {
  readonly customer: string;
  readonly queue = new RecordQueue();
  /** Number of waiting records by minute. */
  readonly #byMinute = new Map<number, number>();
  #withoutMinute = 0;
  #entries = 0;
  #withoutEntries = 0;
  #unordered = 0;
  #bytes = 0;
  /** Number of records that somebody works on. */
  taken = 0;

  constructor(customer: string) {
    this.customer = customer;
  }

  add(record: WaitingRecord): void {
    this.queue.add(record);
    this.#count(record, 1);
  }

  /** Forgets a record whose `isGone` was just set. */
  forget(record: WaitingRecord): void {
    this.queue.forgetOne();
    this.#count(record, -1);
    if (record.isTaken) this.taken -= 1; // the record is gone, so nobody else subtracts it
  }

  /** Marks records put at a later time than now, because the clock was set back. Returns how many there are. */
  clockWasSetBackTo(now: number): number {
    let marked = 0;
    for (const record of this.queue) {
      if (record.putAt <= now || !record.isOrdered) continue;
      record.isOrdered = false;
      marked += 1;
    }
    this.#unordered += marked;
    return marked;
  }

  get hasUnordered(): boolean {
    return this.#unordered > 0;
  }

  /** Entries of all records; `undefined` if one of them does not give a number. */
  get entries(): number | undefined {
    return this.#withoutEntries > 0 ? undefined : this.#entries;
  }

  get minutes(): Iterable<number> {
    return this.#byMinute.keys();
  }

  get hasWithoutMinute(): boolean {
    return this.#withoutMinute > 0;
  }

  /** Bytes of data and partition keys of all records. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of windows of the records, if each record without a minute counts as a window of its own. */
  get windows(): number {
    return this.#byMinute.size + this.#withoutMinute;
  }

  #count({ minute, entries, isOrdered, bytes }: WaitingRecord, by: 1 | -1): void {
    this.#bytes += by * bytes;
    if (entries === undefined) this.#withoutEntries += by;
    else this.#entries += by * entries;
    if (!isOrdered) this.#unordered += by;
    if (minute === undefined) {
      this.#withoutMinute += by;
      return;
    }
    const count = (this.#byMinute.get(minute) ?? 0) + by;
    if (count === 0) this.#byMinute.delete(minute);
    else this.#byMinute.set(minute, count);
  }
}
