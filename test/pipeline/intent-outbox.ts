import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { Outbox } from '../../lib/ports/outbox.ts';
import type { Timers } from '../../lib/ports/timers.ts';

/** An outbox that writes intents into a list. */
export function createIntentOutbox(putMilliseconds: number): Outbox & { readonly intents: ObjectKey[] } {
  const intents: ObjectKey[] = [];
  return {
    intents,
    async announce({ key }) {
      intents.push(key);
      return putMilliseconds;
    },
    emit: () => Promise.reject(new Error('The reader of the intent emits partials, not ingest.')),
  };
}

/** Timers whose time passes only while somebody sleeps, or when a test advances it. */
export class SteppedTimers implements Timers {
  #elapsed = 0;
  readonly #onSleep: () => void;

  constructor(onSleep: () => void = () => {}) {
    this.#onSleep = onSleep;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  pass(milliseconds: number): void {
    this.#elapsed += milliseconds;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.pass(milliseconds);
    this.#onSleep();
  }
}
