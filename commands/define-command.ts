import { BadArguments } from './command-line.ts';
import { describeCommand, type DescribedCommand } from './define-command/describe-command.ts';
import type { Failure } from './define-command/failures.ts';
import type { Options } from './define-command/options.ts';
import { parseArguments, type Given } from './define-command/parse-arguments.ts';
import { exitCodeOfSignal, interruptions } from './interruptible.ts';
import { complain, print, type Io } from './io.ts';

/** A command as it is called: by the command line, and by tests in process. */
export interface Command {
  readonly name: string;
  /**
   * Does what the arguments ask for.
   * @returns the exit code
   * @throws Error  a fault of the program: it says nothing that a person could put right
   */
  run(argv: readonly string[], io: Io): Promise<number>;
}

export interface CommandDeclaration<O extends Options> extends DescribedCommand {
  readonly options: O;
  /** The names of its actions, the first of which is done where none is given. */
  readonly actions?: readonly string[];
  readonly keepsUnknownOptions?: boolean;
  /** Trouble that ends the command with one line and exit code 2. Any other error is a fault of the program. */
  readonly failures: readonly Failure[];
  /** What a Ctrl-C leaves behind. A command without this looks after Ctrl-C itself. */
  readonly interrupted?: string;
  readonly run: (given: Given<O>, io: CommandIo) => Promise<number>;
}

export interface CommandIo extends Io {
  /** Has something done when the command ends, however it ends: it must take no time. */
  readonly atEnd: (cleanUp: () => void) => void;
}

/** Makes a command of its declaration: its help, what it understands, and its exit codes follow from there. */
export function defineCommand<O extends Options>(declaration: CommandDeclaration<O>): Command {
  const { name, options, actions = [], keepsUnknownOptions: keepsUnknown = false } = declaration;
  return {
    name,
    async run(argv, io) {
      try {
        const given = parseArguments(argv, { options, actions, keepsUnknown }, io.env);
        if (given !== 'help') return await runInterruptibly(declaration, given, io);
        print(io, describeCommand(declaration, programOf(name, io)));
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

/** Returns how this command is called, as the help shows it. */
function programOf(name: string, { env }: Io): string {
  return env['npm_lifecycle_event'] === name ? `npm run ${name} --` : `log-analytics ${name}`;
}
