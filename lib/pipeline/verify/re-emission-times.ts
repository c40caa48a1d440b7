import QuickLRU from 'quick-lru';
import type { ObjectKey } from '../../domain/keys.ts';

/** Minimum number of batches remembered, at some 200 bytes each. */
const maxBatches = 10_000;

/**
 * Times at which this process emitted batches again, for the latest of them. A partial of one that is forgotten may be
 * emitted once too often, and is dropped then.
 */
export class ReEmissionTimes {
  readonly #at = new QuickLRU<ObjectKey, Date>({ maxSize: maxBatches });

  at(batch: ObjectKey): Date | undefined {
    return this.#at.get(batch);
  }

  add(batch: ObjectKey, emittedAt: Date): void {
    this.#at.set(batch, emittedAt);
  }
}
