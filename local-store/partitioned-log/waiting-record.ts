/** A record that a consumer has yet to do, as the partition remembers it; its data stays on the disk. */
export interface WaitingRecord {
  /** 0 until it has its place. */
  sequence: number;
  customer: string;
  /** The minute of its window; `undefined` where its key names none. */
  readonly minute: number | undefined;
  readonly entries: number | undefined;
  /** In milliseconds since 1970. */
  readonly putAt: number;
  /** Data and partition key together. */
  readonly bytes: number;
  /** False once the clock was seen to be earlier than `putAt`: no instant then tells what was put before it. */
  isOrdered: boolean;
  /** Somebody works on it. */
  isTaken: boolean;
  /** The commit in flight deletes it. */
  isFinishing: boolean;
  isGone: boolean;
}

/** How many records that are gone a queue may keep beside those that wait, before it is cut down to these. */
const slack = 64;

/**
 * Records in the order of their sequence numbers, of which any may go. The first one is found at once, and memory is
 * bounded by what waits.
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
