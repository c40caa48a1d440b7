import QuickLRU from 'quick-lru';
import type { BatchHeader } from '../../domain/batch-format.ts';
import type { ObjectKey } from '../../domain/keys.ts';

/** Minimum number of batches remembered; one that is forgotten is seen anew, and waits for another barrier. */
const maxBatches = 10_000;

interface Sight {
  readonly storedAt: number;
  readonly at: Date;
}

/** Times at which this process first saw batches, for the latest of them. */
export class FirstSights {
  readonly #sights = new QuickLRU<ObjectKey, Sight>({ maxSize: maxBatches });

  /** Returns when the batch was first seen: now, if this is the first time. */
  of(key: ObjectKey, { storedAt }: Pick<BatchHeader, 'storedAt'>, now: Date): Date {
    const known = this.#sights.get(key);
    // A batch that has taken the place of a forgotten one is another; and the clock may have been set back.
    if (known?.storedAt === storedAt.getTime() && known.at <= now) return known.at;
    this.#sights.set(key, { storedAt: storedAt.getTime(), at: now });
    return now;
  }
}
