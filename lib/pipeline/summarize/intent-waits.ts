import QuickLRU from 'quick-lru';
import type { Timers } from '../../ports/timers.ts';
import type { Intent } from './intent.ts';

/** Number of intents remembered; one that is forgotten waits anew. */
const maxIntents = 20_000;

/**
 * Remembers when this process first read intents whose batches were not stored yet. The time for a put begins before
 * its intent is written, so it is over once this process has waited that long, whatever the clocks of others say.
 */
export class IntentWaits {
  readonly #timers: Pick<Timers, 'elapsed'>;
  readonly #firstReadAt = new QuickLRU<string, number>({ maxSize: maxIntents });

  constructor(timers: Pick<Timers, 'elapsed'>) {
    this.#timers = timers;
  }

  /** Returns for how long this process has known the intent, in milliseconds. */
  waitedFor({ key, appendedAt }: Intent): number {
    const id = `${appendedAt.getTime()} ${key}`;
    const now = this.#timers.elapsed();
    const first = this.#firstReadAt.get(id) ?? now;
    this.#firstReadAt.set(id, first);
    return now - first;
  }
}
