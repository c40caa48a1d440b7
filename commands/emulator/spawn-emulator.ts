import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The emulator, as `npm start` starts it, in its own process. */
export interface EmulatorProcess {
  readonly pid: number;
  /** Returns the text that it has written so far on both outputs; empty where nothing reads these. */
  readonly output: () => string;
  /** Closes our ends of its outputs, so that its writes fail. */
  readonly abandonOutput: () => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when the process has ended for any reason. */
  readonly ended: Promise<ProcessEnd>;
}

export interface ProcessEnd {
  /** The exit code; null where a signal ended the process. */
  readonly exitCode: number | null;
  readonly output: string;
}

export interface EmulatorCommand {
  /** The arguments of `serverless`, such as `offline start`. */
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A command, such as a tracer, that replaces itself by the command after it, so that signals reach the emulator. */
  readonly under?: readonly string[];
  /** Options of Node, such as those of its profiler. */
  readonly execArgv?: readonly string[];
  /** The directory of its `serverless.yml`, by default this project's. */
  readonly service?: URL;
  /** True (the default) reads its outputs; false sends its errors to our own and discards the rest. */
  readonly isOutputRead?: boolean;
}

/** The directory of this project, where its `serverless.yml` is. */
export const repository = new URL('../../', import.meta.url);
/**
 * Returns the path of the program of `npx serverless`, wherever npm installed it; beside this project if the project is
 * itself a package. The image of the cluster form has none, and its commands need none.
 */
export function serverlessPath(): string {
  return createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
}

/**
 * Starts an emulator, and kills it when this process ends.
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
  const command = [...node, ...execArgv, serverlessPath(), ...args];
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
