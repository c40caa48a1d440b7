import type { LoggedRecord } from '../local-stream.ts';

/** How far records are done without a gap, when several lanes do them side by side. */
export class Watermark {
  readonly #records: readonly LoggedRecord[];
  readonly #done = new Set<number>();
  #passed = 0;

  /** @param records  in the order of their sequence numbers */
  constructor(records: readonly LoggedRecord[]) {
    this.#records = records;
  }

  /** Returns the sequence number through which everything is done now, or `undefined` where that has not changed. */
  markDone(records: readonly LoggedRecord[]): number | undefined {
    const passedBefore = this.#passed;
    for (const { sequence } of records) this.#done.add(sequence);
    for (;;) {
      const next = this.#records[this.#passed];
      if (next === undefined || !this.#done.delete(next.sequence)) break;
      this.#passed += 1;
    }
    return this.#passed === passedBefore ? undefined : this.#records[this.#passed - 1]?.sequence;
  }
}
