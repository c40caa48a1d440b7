import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The end of a program, with all that it wrote. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs a TypeScript program of the project in its own process. */
export async function runProgram(main: URL, ...args: readonly string[]): Promise<ProgramEnd> {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(main), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGTERM'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return new Promise((resolve) => {
    child.once('close', (exitCode) => resolve({ exitCode, output }));
  });
}
