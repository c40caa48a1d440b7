import { BadArguments } from './command-line.ts';
import { describeCommand, type DescribedCommand } from './define-command/describe-command.ts';
import type { Failure } from './define-command/failures.ts';
import type { Options } from './define-command/options.ts';
import { parseArguments, type Given } from './define-command/parse-arguments.ts';
import { exitCodeOfSignal, interruptions } from './interruptible.ts';
import { complain, print, type Io } from './io.ts';

/** A command that the command line, or a test in process, can call. */
export interface Command {
  readonly name: string;
  /**
   * Runs the command.
   * @returns the exit code
   * @throws Error  a fault of the program, which the user cannot fix
   */
  run(argv: readonly string[], io: Io): Promise<number>;
}

export interface CommandDeclaration<O extends Options> extends DescribedCommand {
  readonly options: O;
  /** The names of its actions; the first one is the default. */
  readonly actions?: readonly string[];
  readonly keepsUnknownOptions?: boolean;
  /** Errors that end the command with one line and exit code 2. Any other error is a fault of the program. */
  readonly failures: readonly Failure[];
  /** The message after Ctrl-C, which says what it left behind. A command without this handles Ctrl-C itself. */
  readonly interrupted?: string;
  readonly run: (given: Given<O>, io: CommandIo) => Promise<number>;
}

export interface CommandIo extends Io {
  /** Registers something to do when the command ends, however it ends. It must be quick. */
  readonly atEnd: (cleanUp: () => void) => void;
}

/** Makes a command from its declaration, which defines its help, its arguments and its exit codes. */
export function defineCommand<O extends Options>(declaration: CommandDeclaration<O>): Command {
  const { name, options, actions = [], keepsUnknownOptions: keepsUnknown = false } = declaration;
  return {
    name,
    async run(argv, io) {
      try {
        const given = parseArguments(argv, { options, actions, keepsUnknown }, io.env);
        if (given !== 'help') return await runInterruptibly(declaration, given, io);
        print(io, describeCommand(declaration, declaration.program ?? programOf(name, io)));
        return 0;
      } catch (error) {
        const failure = declaration.failures.find(({ matches }) => matches(error));
        if (error instanceof BadArguments) complain(io, `${error.message} See --help.`);
        else if (failure !== undefined) complain(io, failure.describe(error));
        else throw error;
        return 2;
      }
    },
  };
}

async function runInterruptibly<O extends Options>(
  { run, interrupted }: CommandDeclaration<O>,
  given: Given<O>,
  io: Io,
): Promise<number> {
  const cleanUps: (() => void)[] = [];
  const cleanUp = () => {
    for (const each of cleanUps.splice(0).toReversed()) each();
  };
  io.events.once('exit', cleanUp);
  const listeners: [string, () => void][] = [['exit', cleanUp]];
  const running = run(given, { ...io, atEnd: (each) => void cleanUps.push(each) });
  try {
    if (interrupted === undefined) return await running;
    const interruption = new Promise<number>((resolve) => {
      for (const signal of interruptions) {
        const listener = () => {
          cleanUp();
          complain(io, `Interrupted. ${interrupted}`);
          resolve(exitCodeOfSignal(signal));
        };
        io.events.once(signal, listener);
        listeners.push([signal, listener]);
      }
    });
    return await Promise.race([running, interruption]);
  } finally {
    for (const [event, listener] of listeners) io.events.off(event, listener);
    cleanUp();
  }
}

/** Returns the call of this command, as the help shows it. */
function programOf(name: string, { env }: Io): string {
  return env['npm_lifecycle_event'] === name ? `npm run ${name} --` : `log-analytics ${name}`;
}
