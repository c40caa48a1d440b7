import { problemsOf } from '../log-entry.ts';
import type { EntryProblem, RejectedEntry } from '../read-entry.ts';

/** A value that is not a valid entry. It finds its problems only if they are asked for, since that takes 20 µs. */
export class InvalidValue implements RejectedEntry {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  get problems(): readonly EntryProblem[] {
    return problemsOf(this.#value);
  }
}
