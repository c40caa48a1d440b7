/** A record that a consumer has not done yet, as the partition remembers it; its data stays on the disk. */
export interface WaitingRecord {
  /** 0 until the record has its place. */
  sequence: number;
  customer: string;
  /** The minute of its window; `undefined` if its key has none. */
  readonly minute: number | undefined;
  readonly entries: number | undefined;
  /** Milliseconds since 1970. */
  readonly putAt: number;
  /** Bytes of data and partition key. */
  readonly bytes: number;
  /** False once the clock was seen to be earlier than `putAt`: no instant then says what was put before it. */
  isOrdered: boolean;
  /** True while somebody works on it. */
  isTaken: boolean;
  /** True while the commit in flight deletes it. */
  isFinishing: boolean;
  isGone: boolean;
}

/** Number of removed records that a queue may keep besides the waiting ones before it is compacted. */
const slack = 64;

/**
 * Records in the order of their sequence numbers, from which any may be removed. It finds the first one at once, and
 * its memory is limited by the number of waiting records.
 */
export class RecordQueue {
  #records: WaitingRecord[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(record: WaitingRecord): void {
    this.#records.push(record);
    this.#size += 1;
  }

  /** Forgets a record whose `isGone` was just set. */
  forgetOne(): void {
    this.#size -= 1;
    if (this.#records.length - this.#head > 2 * this.#size + slack) {
      this.#records = [...this];
      this.#head = 0;
    }
  }

  first(): WaitingRecord | undefined {
    for (; this.#records[this.#head]?.isGone === true; this.#head += 1);
    if (this.#head > slack && this.#head > this.#records.length / 2) {
      this.#records.splice(0, this.#head);
      this.#head = 0;
    }
    return this.#records[this.#head];
  }

  *[Symbol.iterator](): Generator<WaitingRecord> {
    for (let at = this.#head; at < this.#records.length; at += 1) {
      const record = this.#records[at];
      if (record !== undefined && !record.isGone) yield record;
    }
  }
}
