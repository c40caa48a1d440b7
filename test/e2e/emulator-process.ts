import { spawnEmulator as spawn, type EmulatorProcess } from '../../commands/emulator/spawn-emulator.ts';

export type { EmulatorProcess, ProcessEnd } from '../../commands/emulator/spawn-emulator.ts';

/** What a process needs of the environment that the tests run in; the rest could be a setting of somebody's shell. */
const { PATH, HOME, TMPDIR, SystemRoot } = process.env;

/**
 * Starts the emulator without the settings of the shell that the tests run in.
 * @param args   behind `serverless`
 * @param env    the settings of the emulator; it gets no others
 * @param under  a command that runs the one behind it, in its own place: signals reach the emulator
 */
export function spawnEmulator(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  under: readonly string[] = [],
): EmulatorProcess {
  return spawn({ args, env: { PATH, HOME, TMPDIR, SystemRoot, ...env }, under });
}
