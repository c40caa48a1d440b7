import type { FieldProblem } from '../../errors.ts';
import { problemsOf } from '../log-entry.ts';
import type { RejectedEntry } from '../read-entry.ts';

/** A value that is not a valid entry. It finds its problems only if they are asked for, since that takes 20 µs. */
export class InvalidValue implements RejectedEntry {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  get problems(): readonly FieldProblem[] {
    return problemsOf(this.#value);
  }
}
