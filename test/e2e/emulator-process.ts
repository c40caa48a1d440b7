import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The real emulator, as `npm start` starts it, in its own process. */
export interface EmulatorProcess {
  readonly pid: number;
  /** Returns its output so far, of both streams. */
  readonly output: () => string;
  /** Closes our ends of its outputs, so that its writes fail. */
  readonly abandonOutput: () => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<ProcessEnd>;
}

export interface ProcessEnd {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  readonly output: string;
}

const repository = fileURLToPath(new URL('../../', import.meta.url));
const serverless = fileURLToPath(new URL('../../node_modules/serverless/bin/serverless.js', import.meta.url));

/** Variables that a process needs from the tests' environment; others could be settings of somebody's shell. */
const { PATH, HOME, TMPDIR, SystemRoot } = process.env;

/**
 * @param args   arguments of `serverless`
 * @param env    the settings of the emulator; it gets no others
 * @param under  a command that runs the one after it, in its own place: signals reach the emulator
 */
export function spawnEmulator(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  under: readonly string[] = [],
): EmulatorProcess {
  const [runner, ...runnerArgs] = under;
  const command = [...runnerArgs, ...(runner === undefined ? [] : [process.execPath]), serverless, ...args];
  const child = spawn(runner ?? process.execPath, command, {
    cwd: repository,
    env: { PATH, HOME, TMPDIR, SystemRoot, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outputs = [child.stdout, child.stderr];
  if (child.pid === undefined) throw new Error('The emulator could not be spawned.');

  let output = '';
  for (const stream of outputs) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  // Interrupted tests leave no emulator behind.
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('close', (exitCode) => {
      process.off('exit', killWithUs);
      resolve({ exitCode, output });
    });
  });
  return {
    pid: child.pid,
    output: () => output,
    abandonOutput: () => outputs.forEach((stream) => stream.destroy()),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
