import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface CommandEnd {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly stdin: Writable;
  readonly kill: (signal?: NodeJS.Signals) => void;
  readonly ended: Promise<CommandEnd>;
}

const { PATH, HOME, TMPDIR, SystemRoot } = process.env;

/** Starts a command in its own process, with these variables instead of the shell's settings. */
export function spawnCommand(
  env: Readonly<Record<string, string>>,
  command: string,
  args: readonly string[],
): RunningCommand {
  const program = fileURLToPath(new URL('../bin/log-analytics.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, command, ...args], {
    env: { PATH, HOME, TMPDIR, SystemRoot, ...env },
    stdio: 'pipe',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // Interrupted tests leave no command behind.
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('close', (exitCode) => {
      process.off('exit', killWithUs);
      resolve({ exitCode, stdout, stderr });
    });
  });
  return { stdin: child.stdin, kill: (signal = 'SIGKILL') => void child.kill(signal), ended };
}

/** Returns the lines of JSON that a command has written. */
export function jsonLines({ stdout }: CommandEnd): unknown[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
