import QuickLRU from 'quick-lru';
import { Unavailable } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Clock } from '../../ports/clock.ts';

export interface MemoryLimits {
  /** Time for which an answer of the store holds. */
  readonly freshSeconds: number;
  /** Time for which the store's last answer holds while the store fails. */
  readonly staleSeconds: number;
  /** Time for which a failed store is left alone. */
  readonly pauseSeconds: number;
  /** Number of answers kept: of names that have a value, and as many of names that have none. */
  readonly maxPresent: number;
  readonly maxAbsent: number;
}

/** Logged when the store fails; an alarm looks for it (deploy/monitoring.cjs). */
export const lookupsFailed = 'API keys cannot be looked up; those that are known go on for a while';

interface Answer<T> {
  readonly value: T | undefined;
  /** Milliseconds since 1970. */
  readonly readAt: number;
}

/**
 * Remembers what a store answered, also that there is nothing, and goes on with it for a bounded time while the store
 * fails. Names without a value are kept apart, so that made-up names cannot push out real ones.
 */
export class RememberedLookups<T> {
  readonly #limits: MemoryLimits;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #present: QuickLRU<string, Answer<T>>;
  readonly #absent: QuickLRU<string, Answer<T>>;
  #pausedUntil = -Infinity;

  constructor(limits: MemoryLimits, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#limits = limits;
    this.#clock = clock;
    this.#logger = logger;
    this.#present = new QuickLRU({ maxSize: limits.maxPresent });
    this.#absent = new QuickLRU({ maxSize: limits.maxAbsent });
  }

  /** Returns the age in seconds of what is remembered of a name, or `undefined` where it would not be used. */
  ageOf(name: string): number | undefined {
    const age = ageAt(this.#clock.now(), this.#present.get(name) ?? this.#absent.get(name));
    return age <= this.#limits.staleSeconds ? age : undefined;
  }

  /**
   * Finds the value of a name: from memory, or with `ask`.
   * @param maxAgeSeconds  how old an answer may be while the store works
   * @throws Unavailable, or what else `ask` throws: there is no answer, and none that is young enough is remembered
   */
  async find(
    name: string,
    ask: () => Promise<T | undefined>,
    maxAgeSeconds = this.#limits.freshSeconds,
  ): Promise<T | undefined> {
    const now = this.#clock.now();
    const remembered = this.#present.get(name) ?? this.#absent.get(name);
    const age = ageAt(now, remembered);
    if (remembered !== undefined && age <= maxAgeSeconds) return remembered.value;
    try {
      const value = await this.#ask(ask);
      this.#remember(name, { value, readAt: now.getTime() });
      return value;
    } catch (error) {
      if (remembered === undefined || age > this.#limits.staleSeconds) throw error;
      return remembered.value;
    }
  }

  async #ask(ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const now = this.#clock.now().getTime();
    const pauseMilliseconds = this.#limits.pauseSeconds * 1_000;
    // A clock that was set back must not make a pause longer.
    if (now < this.#pausedUntil && this.#pausedUntil - now <= pauseMilliseconds) {
      throw new Unavailable('The parameter store failed a moment ago and is not asked again yet.');
    }
    try {
      return await ask();
    } catch (error) {
      if (error instanceof Unavailable) this.#pausedUntil = this.#clock.now().getTime() + pauseMilliseconds;
      this.#logger.error(lookupsFailed, { error });
      throw error;
    }
  }

  #remember(name: string, answer: Answer<T>): void {
    const [kept, other] =
      answer.value === undefined ? [this.#absent, this.#present] : [this.#present, this.#absent];
    kept.set(name, answer);
    other.delete(name);
  }
}

/** Seconds since the answer; infinite where there is none, or where the clock was set back behind it. */
function ageAt(now: Date, answer: { readonly readAt: number } | undefined): number {
  const age = answer === undefined ? Infinity : (now.getTime() - answer.readAt) / 1_000;
  return age < 0 ? Infinity : age;
}
