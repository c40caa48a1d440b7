import { Unavailable } from '../../lib/errors.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** Rates at which operations fail, from 0 to 1. */
export interface FaultRates {
  /** The operation begins some seconds later. */
  readonly slow: number;
  /** The operation is refused and changes nothing. */
  readonly refused: number;
  /** Rate at which an operation succeeds and is reported as failed. */
  readonly answerLost: number;
  /** Rate at which an operation never answers; it may have succeeded. */
  readonly hangs: number;
  /** Rate at which an operation answers some seconds after it was carried out: what was read may have changed by then. */
  readonly answersLate: number;
  /** Rate at which the process dies, before or after the operation is carried out. */
  readonly dies: number;
}

/** Operations of one kind, which fail more often than the others. */
export interface Trouble {
  /** Beginning of their labels. */
  readonly operation: string;
  readonly rates: FaultRates;
}

const slowMilliseconds = 10_000;

export const noFaults: FaultRates = {
  slow: 0,
  refused: 0,
  answerLost: 0,
  hangs: 0,
  answersLate: 0,
  dies: 0,
};

/** Parts of the processes that a fault acts on. */
export interface Mortals {
  kill(process: Process): void;
  /** Kills a process that waits for an operation that will never answer. */
  killLater(process: Process): void;
}

/** Runs the operations of processes as separate steps, some of which fail. */
export class Operations {
  readonly #scheduler: Scheduler;
  readonly #processes: Mortals;
  readonly #landsAfter: (label: string) => number;
  #rates: FaultRates;
  #troubles: readonly Trouble[];

  /** @param landsAfter  milliseconds after which a write takes effect if its process is dead or hangs */
  constructor(
    scheduler: Scheduler,
    { rates, troubles }: { readonly rates: FaultRates; readonly troubles: readonly Trouble[] },
    processes: Mortals,
    landsAfter: (label: string) => number = () => 0,
  ) {
    this.#scheduler = scheduler;
    this.#rates = rates;
    this.#troubles = troubles;
    this.#processes = processes;
    this.#landsAfter = landsAfter;
  }

  /** The rates of all operations that have no trouble of their own. */
  get rates(): FaultRates {
    return this.#rates;
  }

  heal(): void {
    this.#rates = noFaults;
    this.#troubles = [];
  }

  /**
   * Carries out an operation atomically, at an instant that the scheduler chooses.
   * @param kind  a read can be repeated at will; a write may take effect after its process has died
   */
  run<T>(process: Process, label: string, kind: 'read' | 'write', act: () => T): Promise<T> {
    const { chance } = this.#scheduler;
    return new Promise<T>((resolve, reject) => {
      const name = `${process.name}: ${label}`;
      const isSlow = chance.happens(this.#ratesOf(label).slow);
      const answer = (outcome: Outcome<T>) => {
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.value);
      };
      const begin = () => {
        if (!process.isAlive) {
          // A slow write was not sent yet when its process died: it takes effect soon, or never.
          if (kind === 'write' && !isSlow && chance.happens(0.5)) this.#land(label, act);
          return;
        }
        const { refused, answerLost, hangs, answersLate, dies } = this.#ratesOf(label);
        if (chance.happens(refused)) return reject(new Unavailable(`refused: ${label}`));
        if (chance.happens(hangs)) {
          if (kind === 'write' && chance.happens(0.5)) this.#land(label, act);
          return this.#processes.killLater(process);
        }
        if (chance.happens(dies)) {
          if (kind === 'write' && chance.happens(0.5)) attempt(act);
          return this.#processes.kill(process);
        }
        const outcome = attempt(act);
        if (kind === 'write' && chance.happens(answerLost))
          return reject(new Unavailable(`no answer: ${label}`));
        if (!chance.happens(answersLate)) return answer(outcome);
        this.#scheduler.after(chance.upTo(slowMilliseconds), `answer ${name}`, () => {
          if (process.isAlive) answer(outcome);
        });
      };
      if (isSlow) this.#scheduler.after(chance.upTo(slowMilliseconds), name, begin);
      else this.#scheduler.offer(name, begin);
    });
  }

  #ratesOf(label: string): FaultRates {
    return this.#troubles.find(({ operation }) => label.startsWith(operation))?.rates ?? this.#rates;
  }

  /** Carries out an operation whose process never receives the answer. */
  #land(label: string, act: () => unknown): void {
    const milliseconds = this.#landsAfter(label);
    if (milliseconds === 0) attempt(act);
    else this.#scheduler.after(milliseconds, `late: ${label}`, () => attempt(act));
  }
}

type Outcome<T> = { readonly value: T } | { readonly error: Error };

function attempt<T>(act: () => T): Outcome<T> {
  try {
    return { value: act() };
  } catch (error) {
    // The simulated services throw errors of the ports. Any other error is our own, and ends the history too.
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}
