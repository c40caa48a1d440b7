import { realTiming } from '../client/timing.ts';
import type { Io, Output, Program } from './io.ts';

/**
 * Runs a command, or the command line, with the streams, the environment and the exit code of this process.
 * @returns  the program that replaces it, if there is one
 * @throws Error  a fault of the program
 */
export async function runAsProgram(run: (io: Io) => Promise<number>): Promise<Program | undefined> {
  // The reader may be gone, as with `| head`: further output is lost, and the command still ends as it would.
  for (const output of [process.stdout, process.stderr]) output.on('error', ignoreClosed);
  let next: Program | undefined;
  const exitCode = await run({
    stdin: process.stdin,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    clock: { now: () => new Date() },
    timing: realTiming,
    // Few commands need it, and it loads the store.
    describeService: async () => (await import('./service.ts')).describeService(),
    events: process,
    exit: (code) => process.exit(code),
    handOver: (program) => (next = program),
  });
  // Work that an interruption left under way must not keep the process alive.
  if (exitCode > 128) process.exit(exitCode);
  process.exitCode = exitCode;
  return next;
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return stream;
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
