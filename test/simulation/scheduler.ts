import type { Chance } from '../faults/chance.ts';

/** A process that runs pipeline code. Operations that a dead process waits for never answer. */
export interface Process {
  readonly name: string;
  isAlive: boolean;
  /** Milliseconds by which its clock differs from the true time. */
  clockError: number;
}

/** A step that can be taken now; chance decides which one is next. */
interface ReadyStep {
  readonly label: string;
  take(): void;
}

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  fire(): void;
}

/**
 * Maximum number of consecutive turns of the event loop for which code yields, for example between the windows that
 * it reads.
 */
const maxTurnsPassed = 8;
/** Maximum time that passes by itself with one step. */
const maxStepMilliseconds = 20;

/**
 * Decides by chance which of the possible steps comes next, and what time it is. So each seed is one history, and
 * plays the same way each time.
 */
export class Scheduler {
  readonly chance: Chance;
  /** The true time, in milliseconds since 1970. */
  time: number;
  stepsTaken = 0;
  readonly #ready: ReadyStep[] = [];
  readonly #timers: Timer[] = [];
  readonly #onStep: (label: string) => void;
  #timersMade = 0;

  constructor(chance: Chance, startAt: Date, onStep: (label: string) => void = () => {}) {
    this.chance = chance;
    this.time = startAt.getTime();
    this.#onStep = onStep;
  }

  /** Makes a step possible from now on. */
  offer(label: string, take: () => void): void {
    this.#ready.push({ label, take });
  }

  /** Schedules an act after a time; an act that is due may still come later. */
  after(milliseconds: number, label: string, fire: () => void): void {
    const dueAt = this.time + milliseconds;
    const timer = { dueAt, order: (this.#timersMade += 1), fire: () => this.offer(label, fire) };
    let place = this.#timers.length;
    for (; place > 0; place -= 1) {
      const before = this.#timers[place - 1];
      if (before === undefined || before.dueAt <= dueAt) break;
    }
    this.#timers.splice(place, 0, timer);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, 'wake', resolve));
  }

  /**
   * Takes one step, and lets the code that waited for it continue.
   * @returns false if there is nothing left to do
   */
  async step(): Promise<boolean> {
    this.#fireTimers();
    // Code may have yielded, and continues by itself after some macrotasks.
    for (let turn = 0; turn < maxTurnsPassed && this.#ready.length === 0; turn += 1) await macrotask();
    if (this.#ready.length === 0) {
      const [next] = this.#timers;
      if (next === undefined) return false;
      this.time = Math.max(this.time, next.dueAt);
      this.#fireTimers();
    }
    const place = this.chance.upTo(this.#ready.length) - 1;
    const last = this.#ready.pop();
    const chosen = place === this.#ready.length ? last : this.#ready[place];
    if (chosen === undefined || last === undefined) return false;
    if (chosen !== last) this.#ready[place] = last;
    this.time += this.chance.upTo(maxStepMilliseconds + 1) - 1;
    this.stepsTaken += 1;
    this.#onStep(chosen.label);
    chosen.take();
    // All microtasks, and with them all code that can continue, run before the next macrotask.
    await macrotask();
    return true;
  }

  #fireTimers(): void {
    for (let next = this.#timers[0]; next !== undefined && next.dueAt <= this.time; next = this.#timers[0]) {
      this.#timers.shift();
      next.fire();
    }
  }
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
