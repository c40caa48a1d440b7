import type { RejectedEntry } from '../read-entry.ts';

/** A line that is not a request. */
export class RejectedLine implements RejectedEntry {
  readonly #reason: string;

  constructor(reason: string) {
    this.#reason = reason;
  }

  /** The reason without its second part, which quotes the line or names options of `ship`. */
  get problems() {
    const [reason = ''] = this.#reason.split(/[:;]/, 1);
    return [{ reason }];
  }
}
