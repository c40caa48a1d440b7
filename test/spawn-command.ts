import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CommandEnd {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const { PATH, HOME, TMPDIR, SystemRoot } = process.env;

/** Starts a command of `commands/` in a process of its own, without the settings of the shell but with these variables. */
export function spawnCommand(
  env: Readonly<Record<string, string>>,
  command: string,
  args: readonly string[],
): { readonly kill: () => void; readonly ended: Promise<CommandEnd> } {
  const main = fileURLToPath(new URL(`../commands/${command}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    env: { PATH, HOME, TMPDIR, SystemRoot, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  return { kill: () => void child.kill('SIGKILL'), ended };
}

/** The lines of JSON that a command has written. */
export function jsonLines({ stdout }: CommandEnd): unknown[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
