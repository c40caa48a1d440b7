import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface CommandEnd {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const { PATH, HOME, TMPDIR, SystemRoot } = process.env;

/** Runs a command of `commands/` in a process of its own, without the settings of the shell that the tests run in. */
export async function runCommand(command: string, ...args: readonly string[]): Promise<CommandEnd> {
  return runCommandWith({}, command, ...args);
}

/** The same, with these variables. */
export async function runCommandWith(
  env: Readonly<Record<string, string>>,
  command: string,
  ...args: readonly string[]
): Promise<CommandEnd> {
  const main = fileURLToPath(new URL(`../../commands/${command}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    env: { PATH, HOME, TMPDIR, SystemRoot, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** The lines of JSON that a command has written. */
export function jsonLines({ stdout }: CommandEnd): unknown[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
