import { Unavailable } from './errors.ts';
import { reasonOf } from './reason-of.ts';

/** Reads the parts of a state of which some may be unavailable, and keeps the reasons, each once. */
export class UnavailableParts {
  readonly #reasons = new Set<string>();

  get reasons(): readonly string[] {
    return [...this.#reasons];
  }

  /** Returns what is read, or `undefined` if it is unavailable; any other error is thrown. */
  async read<T>(reading: Promise<T>): Promise<T | undefined> {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.#reasons.add(reasonOf(error));
      return undefined;
    }
  }
}
