import { onTestFinished } from 'vitest';
import { spawnCommand, type CommandEnd, type RunningCommand } from '../spawn-command.ts';

export { jsonLines, type CommandEnd } from '../spawn-command.ts';

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
  return startCommand(env, command, ...args).ended;
}

/** The same, for a command that is given something while it runs. */
export function startCommand(
  env: Readonly<Record<string, string>>,
  command: string,
  ...args: readonly string[]
): RunningCommand {
  const running = spawnCommand(env, command, args);
  onTestFinished(() => running.kill());
  return running;
}
