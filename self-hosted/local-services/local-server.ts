import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LocalServerOptions {
  /** Names the server in messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Receives the output; it is appended to. */
  readonly logFile: string;
  /** Reports whether the server that was just started answers. */
  readonly isReady: () => Promise<boolean>;
  /** Time that a start may take; 60,000 by default. */
  readonly maxStartMilliseconds?: number;
}

/** A server on this machine that tests and `npm run cluster` start and end. */
export interface LocalServer {
  readonly name: string;
  readonly logFile: string;
  /** The process that was started last. */
  readonly pid: number | undefined;
  /**
   * Starts the server if it does not run, and resolves when it answers.
   * @throws Error  it ended, or it does not answer in time; the message names the log file
   */
  start(): Promise<void>;
  /** Asks the server to end, kills it after 20 s, and resolves when it has ended. */
  stop(): Promise<void>;
  /** Sends `SIGKILL`, and resolves when the process has ended. */
  kill(): Promise<void>;
  /** Sends another signal, such as `SIGSTOP` and `SIGCONT`. */
  signal(signal: NodeJS.Signals): void;
}

const maxStopMilliseconds = 20_000;
const pauseMilliseconds = 50;

export function createLocalServer(options: LocalServerOptions): LocalServer {
  const { name, logFile } = options;
  let running: ChildProcess | undefined;
  /** No server may outlive this process. */
  const endWithThisProcess = () => running?.kill('SIGKILL');

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = running;
    if (child === undefined || hasEnded(child)) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    // A stopped process only acts on a signal when it continues.
    child.kill('SIGCONT');
    const killing = setTimeout(() => child.kill('SIGKILL'), maxStopMilliseconds);
    await exited;
    clearTimeout(killing);
  }

  return {
    name,
    logFile,
    get pid() {
      return running?.pid;
    },
    async start() {
      if (running !== undefined && !hasEnded(running)) return;
      process.off('exit', endWithThisProcess);
      process.on('exit', endWithThisProcess);
      const child = spawnServer(options);
      running = child;
      await untilReady(child, options);
    },
    async stop() {
      await end('SIGTERM');
      process.off('exit', endWithThisProcess);
    },
    kill: () => end('SIGKILL'),
    signal: (signal) => void running?.kill(signal),
  };
}

/** The server gets a process group of its own, so that Ctrl+C reaches only the process that ends it in order. */
function spawnServer({ command, args, env, logFile }: LocalServerOptions): ChildProcess {
  const log = openSync(logFile, 'a');
  try {
    return spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

async function untilReady(child: ChildProcess, options: LocalServerOptions): Promise<void> {
  const { name, logFile, isReady, maxStartMilliseconds = 180_000 } = options;
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  const begunAt = performance.now();
  while (!(await isReady())) {
    if (failure !== undefined) throw new Error(`${name} could not be started.`, { cause: failure });
    if (hasEnded(child)) throw new Error(`${name} ended while it started. Its log says why: ${logFile}`);
    if (performance.now() - begunAt > maxStartMilliseconds) {
      child.kill('SIGKILL');
      throw new Error(`${name} did not answer within ${maxStartMilliseconds / 1000} s. Its log: ${logFile}`);
    }
    await sleep(pauseMilliseconds);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
