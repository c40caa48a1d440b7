import { Unavailable } from '../../lib/errors.ts';
import type { Laws } from './laws/laws.ts';
import type { Plan } from './plan.ts';
import type { Process, Scheduler } from './scheduler.ts';

export type Stage =
  | 'ingest'
  | 'summarize'
  | 'aggregate'
  | 'verify'
  | 'rollUp'
  | 'query'
  | 'forget'
  | 'recount'
  | 'expire'
  | 'announce';

interface RunningProcess extends Process {
  readonly stage: Stage;
  /** Functions to call when it dies. */
  readonly onDeath: Set<() => void>;
}

const usualStages: readonly Stage[] = [
  'ingest',
  'aggregate',
  'verify',
  'rollUp',
  'query',
  'forget',
  'recount',
  'expire',
];
/** Maximum difference between the clocks of an installation; `verify` allows for five seconds. */
export const maxClockErrorMilliseconds = 1_000;
const restartMilliseconds = 1_000;
/** Time after which the caller abandons an invocation, which may go on nevertheless. */
const invocationMilliseconds = 30_000;
const hangingMilliseconds = 60_000;

/** The processes of each stage. They die, and others replace them. */
export class Processes {
  readonly #scheduler: Scheduler;
  readonly #laws: Pick<Laws, 'unexpected'>;
  readonly #running = new Map<Stage, RunningProcess[]>();
  #started = 0;

  readonly #maxClockErrorMilliseconds: number;

  constructor(
    scheduler: Scheduler,
    { processesPerStage, isLaptop, cluster, recounts }: Plan,
    laws: Pick<Laws, 'unexpected'>,
    stages: readonly Stage[] = usualStages,
  ) {
    this.#scheduler = scheduler;
    this.#laws = laws;
    this.#maxClockErrorMilliseconds = isLaptop
      ? 0
      : (cluster?.clockDifferenceMilliseconds ?? maxClockErrorMilliseconds);
    for (const stage of stages) {
      if (stage === 'recount' && recounts === 0) continue;
      this.#running.set(stage, []);
      for (let made = 0; made < processesPerStage; made += 1) this.#start(stage);
    }
  }

  /**
   * Lets a process of the stage do some work.
   * @returns the result of the work, or `'nothing'` if the process died or did not answer in time, or there is none
   */
  async invoke<T>(stage: Stage, work: (process: Process) => Promise<T>): Promise<T | 'nothing'> {
    const running = this.#running.get(stage) ?? [];
    const process = running[this.#scheduler.chance.upTo(Math.max(1, running.length)) - 1];
    if (process === undefined) return 'nothing';
    return new Promise<T | 'nothing'>((resolve, reject) => {
      const moveToDeadLetters = () => resolve('nothing');
      process.onDeath.add(moveToDeadLetters);
      this.#scheduler.after(invocationMilliseconds, `give up ${process.name}`, moveToDeadLetters);
      work(process)
        .then(resolve, reject)
        .finally(() => process.onDeath.delete(moveToDeadLetters));
    }).catch((error: unknown) => {
      // A function that cannot reach a service fails as a whole, and its caller tries again.
      if (!(error instanceof Unavailable)) this.#laws.unexpected(process.name, error);
      return 'nothing' as const;
    });
  }

  /** Kills a process, which more often than not is one at work. */
  crashOne(): void {
    const all = [...this.#running.values()].flat();
    const atWork = this.#scheduler.chance.happens(0.7) ? all.filter(({ onDeath }) => onDeath.size > 0) : [];
    const alive = atWork.length > 0 ? atWork : all;
    const process = alive[this.#scheduler.chance.upTo(Math.max(1, alive.length)) - 1];
    if (process !== undefined) this.#kill(process);
  }

  /** Ends all processes at once, like a power cut. */
  crashAll(): void {
    for (const process of [...this.#running.values()].flat()) this.#kill(process);
  }

  /** Calls `act` when a process dies, or at once if it is dead; returns a function that cancels this. */
  onDeath({ name }: Process, act: () => void): () => void {
    const process = [...this.#running.values()].flat().find((running) => running.name === name);
    if (process === undefined) act();
    process?.onDeath.add(act);
    return () => void process?.onDeath.delete(act);
  }

  kill({ name }: Process): void {
    const process = [...this.#running.values()].flat().find((running) => running.name === name);
    if (process !== undefined) this.#kill(process);
  }

  /** Kills a process some time after it began to hang, like an operator. */
  killLater(process: Process): void {
    this.#scheduler.after(hangingMilliseconds, `kill ${process.name}`, () => this.kill(process));
  }

  #kill(process: RunningProcess): void {
    process.isAlive = false;
    const others = this.#running.get(process.stage)?.filter((running) => running !== process) ?? [];
    this.#running.set(process.stage, others);
    for (const tell of process.onDeath) tell();
    this.#scheduler.after(this.#scheduler.chance.upTo(restartMilliseconds), `restart ${process.stage}`, () =>
      this.#start(process.stage),
    );
  }

  #start(stage: Stage): void {
    const most = this.#maxClockErrorMilliseconds;
    const clockError = this.#scheduler.chance.upTo(2 * most + 1) - 1 - most;
    const name = `${stage} ${(this.#started += 1)}`;
    this.#running.get(stage)?.push({ name, stage, clockError, isAlive: true, onDeath: new Set() });
  }
}
