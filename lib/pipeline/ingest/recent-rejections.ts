import QuickLRU from 'quick-lru';
import type { StoredBatch } from '../../domain/batch-format.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { maxEntriesDescribed } from '../../domain/rejected-entries.ts';

/** The entries of a customer that were rejected lately. */
export interface Rejections {
  /** Rejected entries of batches stored since then are counted. */
  readonly since: Date;
  readonly entries: number;
  /** The latest problems, the last one first. */
  readonly latest: readonly RejectionProblem[];
}

export interface RejectionProblem {
  readonly batchId: string;
  readonly at: Date;
  readonly index?: number;
  readonly field?: string;
  readonly reason: string;
}

const maxCustomers = 1_000;

/**
 * Remembers how many entries of each customer were rejected since this process was started, and the latest reasons. The
 * headers of the batches have all of that for good; this is for people who look while they set up a sender. It is
 * exact only where one process takes all batches.
 */
export class RecentRejections {
  readonly #since: Date;
  readonly #byCustomer = new QuickLRU<CustomerId, Omit<Rejections, 'since'>>({ maxSize: maxCustomers });

  constructor(since: Date) {
    this.#since = since;
  }

  /** Adds a batch that was stored for the first time. */
  note({ customerId, id, storedAt, rejected, details = [] }: Omit<StoredBatch, 'partials'>): void {
    if (rejected === undefined) return;
    const { entries, latest } = this.#byCustomer.get(customerId) ?? { entries: 0, latest: [] };
    const problems = details.map((problem) => ({ batchId: id.text, at: storedAt, ...problem }));
    this.#byCustomer.set(customerId, {
      entries: entries + rejected,
      latest: [...problems.toReversed(), ...latest].slice(0, maxEntriesDescribed),
    });
  }

  /** Returns what was rejected of a customer; `undefined` if that is nothing. */
  of(customerId: CustomerId): Rejections | undefined {
    const noted = this.#byCustomer.get(customerId);
    return noted && { since: this.#since, ...noted };
  }
}
