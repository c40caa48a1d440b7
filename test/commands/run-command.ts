import { EventEmitter, once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { onTestFinished, vi } from 'vitest';
import { realTiming, type Timing } from '../../client/timing.ts';
import { commands } from '../../commands/commands.ts';
import type { Command } from '../../commands/define-command.ts';
import type { Io, Program } from '../../commands/io.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { serviceOnce } from './service-once.ts';
import { spawnCommand, type CommandEnd, type RunningCommand } from '../spawn-command.ts';

export { jsonLines, type CommandEnd } from '../spawn-command.ts';

/** Calls a command in this process, without the settings of the shell that the tests run in. */
export async function runCommand(command: string, ...args: readonly string[]): Promise<CommandEnd> {
  return runCommandWith({}, command, ...args);
}

/** Calls a command with these variables. It sets those of AWS in this process meanwhile, because the SDK reads them there. */
export async function runCommandWith(
  env: Readonly<Record<string, string>>,
  command: string,
  ...args: readonly string[]
): Promise<CommandEnd> {
  return startCommand(env, command, ...args).ended;
}

/** A command that runs in this process. */
export interface CalledCommand extends RunningCommand {
  /** The programs that it continued as. */
  readonly programs: readonly Program[];
}

/** Calls a command that gets input while it runs. A signal reaches only its listeners. */
export function startCommand(
  env: Readonly<Record<string, string>>,
  command: string,
  ...args: readonly string[]
): CalledCommand {
  return callCommand(() => loadCommand(command), env, args);
}

/** Calls a command as `startCommand` does, with other timing. */
export function startCommandInTime(
  timing: Timing,
  command: string,
  ...args: readonly string[]
): CalledCommand {
  return callCommand(() => loadCommand(command), {}, args, timing);
}

async function loadCommand(command: string): Promise<Command> {
  const listed = commands.find(({ name }) => name === command);
  if (listed === undefined) throw new RangeError(`There is no command ${command}.`);
  return listed.load();
}

/** Calls a command that is not one of the list. */
export function callCommand(
  load: () => Promise<Command>,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  timing = realTiming,
): CalledCommand {
  const stdin = new PassThrough();
  const [stdout, stderr] = [new GatheredText(), new GatheredText()];
  const events = new EventEmitter();
  const programs: Program[] = [];
  const clock: Clock = { now: () => new Date() };
  const exited = once(events, 'exited').then(([code]): unknown => code);
  const io: Io = {
    stdin,
    stdout,
    stderr,
    env,
    clock,
    timing,
    describeService: serviceOnce,
    events,
    exit: (code) => void events.emit('exited', code),
    handOver: (program) => void programs.push(program),
  };
  for (const [name, value] of Object.entries(env)) if (name.startsWith('AWS_')) vi.stubEnv(name, value);
  const run = async (): Promise<CommandEnd> => {
    const loaded = await load();
    try {
      const exitCode = await Promise.race([loaded.run(args, io), exited]);
      return { exitCode: Number(exitCode), stdout: stdout.text, stderr: stderr.text };
    } finally {
      vi.unstubAllEnvs();
    }
  };
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => void events.emit(signal);
  onTestFinished(() => kill());
  return { stdin, kill, ended: run(), programs };
}

/** Starts a command in its own process, as a user does, to test what only a process shows. */
export function startProcess(
  env: Readonly<Record<string, string>>,
  command: string,
  ...args: readonly string[]
): RunningCommand {
  const running = spawnCommand(env, command, args);
  onTestFinished(() => running.kill());
  return running;
}

class GatheredText extends Writable {
  text = '';

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
