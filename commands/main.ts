import type { Program } from './io.ts';
import { newerNodeFor, runWithNode } from './newer-node.ts';
import { runAsProgram } from './run-as-program.ts';
import { runCommandLine } from './run-command-line.ts';

/**
 * Runs a command line in this process.
 * @returns  the program that replaces it, if there is one
 * @throws Error  a fault of the program
 */
export async function main(argv: readonly string[]): Promise<Program | undefined> {
  // The AWS SDK would announce the end of its support for Node 20 before each message; its version is pinned.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const node = newerNodeFor(process.env);
  if (node !== undefined) {
    process.exitCode = await runWithNode(node, argv);
    return undefined;
  }
  return runAsProgram((io) => runCommandLine(argv, io));
}
