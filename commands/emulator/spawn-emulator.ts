import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The emulator, as `npm start` starts it, in a process of its own. */
export interface EmulatorProcess {
  readonly pid: number;
  /** Returns what it has written so far, on both of its outputs; nothing where these are not read. */
  readonly output: () => string;
  /** Closes our ends of its outputs: what it writes then fails. */
  readonly abandonOutput: () => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when it has ended, however it ended. */
  readonly ended: Promise<ProcessEnd>;
}

export interface ProcessEnd {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly output: string;
}

export interface EmulatorCommand {
  /** What stands behind `serverless`, such as `offline start`. */
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A command that runs the one behind it in its own place, such as a tracer: signals reach the emulator. */
  readonly under?: readonly string[];
  /** Options of Node, such as those that profile it. */
  readonly execArgv?: readonly string[];
  /** The directory of its `serverless.yml`, by default this project's. */
  readonly service?: URL;
  /** Reads its outputs (the default), or leaves them: its errors then go where ours go, and the rest nowhere. */
  readonly isOutputRead?: boolean;
}

/** The directory of this project, where its `serverless.yml` is. */
export const repository = new URL('../../', import.meta.url);
/** The program behind `npx serverless`, wherever npm has put it: beside this project, where that is a package. */
export const serverlessPath = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

/**
 * Starts an emulator. It is killed with this process, if it has not ended before.
 * @throws Error  the process could not be started
 */
export function spawnEmulator({
  args,
  env,
  under: [runner = process.execPath, ...runnerArgs] = [],
  execArgv = [],
  service = repository,
  isOutputRead = true,
}: EmulatorCommand): EmulatorProcess {
  const node = runner === process.execPath ? [] : [...runnerArgs, process.execPath];
  const command = [...node, ...execArgv, serverlessPath, ...args];
  const child = spawn(runner, command, {
    cwd: fileURLToPath(service),
    env: { ...env },
    stdio: isOutputRead ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'ignore', 'inherit'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('The emulator could not be started.');

  let output = '';
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of outputs) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('close', (exitCode) => {
      process.off('exit', killWithUs);
      resolve({ exitCode, output });
    });
  });
  return {
    pid,
    output: () => output,
    abandonOutput: () => outputs.forEach((stream) => stream.destroy()),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
