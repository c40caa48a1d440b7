import { customerIndexPrefix } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** Rates at which operations fail, from 0 to 1. */
export interface FaultRates {
  /** The operation begins some seconds later. */
  readonly slow: number;
  /** The same for writes to the index of customers: a customer can then be forgotten between the read of its days and the write. */
  readonly slowIndex: number;
  /** The operation is refused and changes nothing. */
  readonly refused: number;
  /** Rate at which an operation succeeds and is reported as failed. */
  readonly answerLost: number;
  /** Rate at which an operation never answers; it may have succeeded. */
  readonly hangs: number;
}

const slowMilliseconds = 10_000;

export const noFaults: FaultRates = { slow: 0, slowIndex: 0, refused: 0, answerLost: 0, hangs: 0 };

/** Runs the operations of processes as separate steps, some of which fail. */
export class Operations {
  readonly #scheduler: Scheduler;
  readonly #onHang: (process: Process) => void;
  readonly #landsAfter: (label: string) => number;
  rates: FaultRates;

  /**
   * @param onHang      called with a process that waits for an operation that will never answer
   * @param landsAfter  milliseconds after which a write takes effect if its process is dead or hangs
   */
  constructor(
    scheduler: Scheduler,
    rates: FaultRates,
    onHang: (process: Process) => void,
    landsAfter: (label: string) => number = () => 0,
  ) {
    this.#scheduler = scheduler;
    this.rates = rates;
    this.#onHang = onHang;
    this.#landsAfter = landsAfter;
  }

  /**
   * Carries out an operation atomically, at an instant that the scheduler chooses.
   * @param kind  a read can be repeated at will; a write may take effect after its process has died
   */
  run<T>(process: Process, label: string, kind: 'read' | 'write', act: () => T): Promise<T> {
    const { chance } = this.#scheduler;
    return new Promise<T>((resolve, reject) => {
      const isIndex = kind === 'write' && label.startsWith(`put ${customerIndexPrefix}`);
      const isSlow = chance.happens(
        isIndex ? Math.max(this.rates.slow, this.rates.slowIndex) : this.rates.slow,
      );
      const begin = () => {
        if (!process.isAlive) {
          // A slow write was not sent yet when its process died: it takes effect soon, or never.
          if (kind === 'write' && !isSlow && chance.happens(0.5)) this.#land(label, act);
          return;
        }
        const { refused, answerLost, hangs } = this.rates;
        if (chance.happens(refused)) return reject(new Unavailable(`refused: ${label}`));
        if (chance.happens(hangs)) {
          if (kind === 'write' && chance.happens(0.5)) this.#land(label, act);
          return this.#onHang(process);
        }
        const outcome = attempt(act);
        if (kind === 'write' && chance.happens(answerLost))
          return reject(new Unavailable(`no answer: ${label}`));
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.value);
      };
      const name = `${process.name}: ${label}`;
      if (isSlow) this.#scheduler.after(chance.upTo(slowMilliseconds), name, begin);
      else this.#scheduler.offer(name, begin);
    });
  }

  /** Carries out an operation whose process never receives the answer. */
  #land(label: string, act: () => unknown): void {
    const milliseconds = this.#landsAfter(label);
    if (milliseconds === 0) attempt(act);
    else this.#scheduler.after(milliseconds, `late: ${label}`, () => attempt(act));
  }
}

function attempt<T>(act: () => T): { readonly value: T } | { readonly error: Error } {
  try {
    return { value: act() };
  } catch (error) {
    // The simulated services throw errors of the ports. Any other error is our own, and ends the history too.
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}
