import type { Io, Output, Program } from './io.ts';
import { runCommandLine } from './run-command-line.ts';

/**
 * Runs a command line in this process.
 * @returns  the program that replaces it, if there is one
 * @throws Error  a fault of the program
 */
export async function main(argv: readonly string[]): Promise<Program | undefined> {
  // The reader may be gone, as with `| head`: further output is lost, and the command still ends as it would.
  for (const output of [process.stdout, process.stderr]) output.on('error', ignoreClosed);
  // The AWS SDK would announce the end of its support for Node 20 before each message; its version is pinned.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  let next: Program | undefined;
  const exitCode = await runCommandLine(argv, {
    stdin: process.stdin,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    clock: { now: () => new Date() },
    events: process,
    exit: (code) => process.exit(code),
    handOver: (program) => (next = program),
  } satisfies Io);
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
