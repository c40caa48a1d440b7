/** Remembers which records of a partition are done, in any order, and up to which offset all of them are. */
export class Progress {
  /** Offsets that were taken and are not all done, ascending. */
  readonly #taken: bigint[] = [];
  readonly #done = new Set<bigint>();
  #position: bigint;

  /** @param position  the offset of the first record that is not done */
  constructor(position: bigint) {
    this.#position = position;
  }

  /** Offset of the first record that is not done: a group that begins there misses nothing. */
  get position(): bigint {
    return this.#position;
  }

  /** Number of records, counted from the first one that is not done. */
  get outstanding(): number {
    return this.#taken.length;
  }

  /** Adds records in the order of their offsets. */
  take(offsets: readonly bigint[]): void {
    this.#taken.push(...offsets);
  }

  /** Returns true if the position has changed. */
  finish(offsets: readonly bigint[]): boolean {
    for (const offset of offsets) this.#done.add(offset);
    let passed = 0;
    for (const offset of this.#taken) {
      if (!this.#done.delete(offset)) break;
      passed += 1;
      this.#position = offset + 1n;
    }
    this.#taken.splice(0, passed);
    return passed > 0;
  }
}
