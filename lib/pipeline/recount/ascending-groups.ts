import type { ObjectKey } from '../../domain/keys.ts';

/** Groups of ascending lines with the same text before the first tab, one line at a time; close it after use. */
export class AscendingGroups {
  readonly #rest: Iterator<string>;
  #head: IteratorResult<string>;

  constructor(lines: Iterable<string>) {
    this.#rest = lines[Symbol.iterator]();
    this.#head = this.#rest.next();
  }

  /** Key of the next group; `undefined` behind the last one. Only keys begin lines. */
  get next(): ObjectKey | undefined {
    if (this.#head.done === true) return undefined;
    const line = this.#head.value;
    return line.slice(0, line.indexOf('\t')) as ObjectKey;
  }

  /** Calls `pass` with each group before a key, or with all groups that are left. */
  passUntil(key: ObjectKey | undefined, pass: (key: ObjectKey, lines: Iterable<string>) => void): void {
    const isBefore = (next: ObjectKey) => key === undefined || next < key;
    for (let { next } = this; next !== undefined && isBefore(next); { next } = this) {
      pass(next, this.take(next));
      this.passOver(next);
    }
  }

  /** Passes over the lines of the group with a key that were not taken. */
  passOver(key: ObjectKey): void {
    while (this.next === key) this.#head = this.#rest.next();
  }

  /** Yields the lines of the group with a key, if that is the next one. */
  *take(key: ObjectKey): Generator<string> {
    while (this.#head.done !== true && this.#head.value.startsWith(`${key}\t`)) {
      yield this.#head.value;
      this.#head = this.#rest.next();
    }
  }

  close(): void {
    this.#rest.return?.();
  }
}
