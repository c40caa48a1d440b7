import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SupervisedOptions {
  /** Names the process in messages. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Receives the output; it is appended to. */
  readonly logFile: string;
  /** Port at which the process answers `/ready`. */
  readonly adminPort: number;
  readonly onRestart: (name: string, how: string) => void;
}

const restartMilliseconds = 500;
const maxStartMilliseconds = 180_000;
/** Longer than a process takes to finish its running work. */
const killMilliseconds = 25_000;
/** Exit code of a process that cannot start as it is configured. */
const wrongConfiguration = 2;

/** A Node.js process that is started again whenever it dies. */
export class SupervisedProcess {
  readonly name: string;
  readonly logFile: string;
  readonly adminUrl: string;
  readonly #options: SupervisedOptions;
  #child: ChildProcess | undefined;
  #isStopping = false;
  #restarts = 0;
  #failure: Error | undefined;
  #settings: Readonly<Record<string, string>> = {};

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.logFile = options.logFile;
    this.adminUrl = `http://127.0.0.1:${options.adminPort}`;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Number of times that it died and was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Starts the process, and resolves when it is ready for work.
   * @throws Error  it cannot start as it is configured, or is not ready in time
   */
  async start(): Promise<void> {
    this.#isStopping = false;
    this.#failure = undefined;
    this.#spawn();
    await this.untilReady();
  }

  /** Resolves when the process is ready for work; the errors are those of `start`. */
  async untilReady(): Promise<void> {
    const begunAt = performance.now();
    while (!(await this.#isReady())) {
      if (this.#failure !== undefined) throw this.#failure;
      if (performance.now() - begunAt > maxStartMilliseconds) {
        throw new Error(
          `${this.name} was not ready within ${maxStartMilliseconds / 1_000} s. Its log: ${this.logFile}`,
        );
      }
      await sleep(100);
    }
  }

  /** Sets variables of its environment for the next start. */
  set(settings: Readonly<Record<string, string>>): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  /** Asks the process to end, and resolves when it has. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    child.kill('SIGCONT'); // a stopped process acts on no signal
    const killing = setTimeout(() => child.kill('SIGKILL'), killMilliseconds);
    await exited;
    clearTimeout(killing);
  }

  /** Sends a signal. A process that dies of it is started again. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  #spawn(): void {
    const { args, env, logFile, onRestart, name } = this.#options;
    const log = openSync(logFile, 'a');
    // In a process group of its own, so that Ctrl-C reaches only the process that ends it in order.
    const child = spawn(process.execPath, args, {
      env: { ...env, ...this.#settings },
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
    closeSync(log);
    this.#child = child;
    child.once('exit', (code: number | null, signal: string | null) => {
      if (this.#isStopping) return;
      if (code === wrongConfiguration) {
        this.#failure = new Error(`${name} cannot start as it is configured. Its log says why: ${logFile}`);
        return;
      }
      this.#restarts += 1;
      onRestart(name, signal ?? `exit code ${code}`);
      setTimeout(() => {
        if (!this.#isStopping) this.#spawn();
      }, restartMilliseconds);
    });
  }

  async #isReady(): Promise<boolean> {
    try {
      const response = await fetch(`${this.adminUrl}/ready`, { signal: AbortSignal.timeout(5_000) });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false; // it does not listen yet
    }
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
