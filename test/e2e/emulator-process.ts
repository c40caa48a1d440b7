import { spawnEmulator as spawn, type EmulatorProcess } from '../../commands/emulator/spawn-emulator.ts';

export type { EmulatorProcess, ProcessEnd } from '../../commands/emulator/spawn-emulator.ts';

/** Variables that a process needs from the tests' environment; others could be settings of somebody's shell. */
const { PATH, HOME, TMPDIR, SystemRoot } = process.env;

/**
 * Starts the emulator without the settings of the shell that the tests run in.
 * @param args   arguments of `serverless`
 * @param env    the settings of the emulator; it gets no others
 * @param under  a command that runs the one after it, in its own place: signals reach the emulator
 */
export function spawnEmulator(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  under: readonly string[] = [],
): EmulatorProcess {
  return spawn({ args, env: { PATH, HOME, TMPDIR, SystemRoot, ...env }, under });
}
