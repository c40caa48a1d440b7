import type { ObjectKey } from '../../domain/keys.ts';

/** Some 200 bytes each. */
const maxBatches = 10_000;

/**
 * When this process has emitted batches again. It keeps the latest of them: of one that is forgotten, a partial may be
 * emitted once too often, and is dropped then.
 */
export class RecentEmissions {
  readonly #at = new Map<ObjectKey, Date>();

  at(batch: ObjectKey): Date | undefined {
    return this.#at.get(batch);
  }

  add(batch: ObjectKey, emittedAt: Date): void {
    this.#at.delete(batch); // so that it is behind the others, whose order is that of their emissions
    this.#at.set(batch, emittedAt);
    for (const oldest of this.#at.keys()) {
      if (this.#at.size <= maxBatches) return;
      this.#at.delete(oldest);
    }
  }
}
