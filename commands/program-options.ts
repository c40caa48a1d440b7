import { BadArguments } from './command-line.ts';
import { describeCommand } from './define-command/describe-command.ts';
import type { Options, Values } from './define-command/options.ts';
import { parseArguments } from './define-command/parse-arguments.ts';

/** A program beside the commands, such as a benchmark: it takes options, and runs in its own process. */
export interface ProgramDeclaration<O extends Options> {
  /** The call, such as `npm run bench:fair --`. */
  readonly program: string;
  /** One or two sentences. */
  readonly summary: string;
  readonly options: O;
  /** Paragraphs after the options. */
  readonly details?: readonly string[];
  /** The default is 0 for success and 2 for wrong options. */
  readonly exitCodes?: Readonly<Record<number, string>>;
}

/** Reads the options of this process. With `--help`, or with options that are not valid, it prints why and ends the process. */
export function programOptions<O extends Options>(declaration: ProgramDeclaration<O>): Values<O> {
  const { program, options, details = [], exitCodes = { 0: 'success', 2: 'wrong options' } } = declaration;
  try {
    const accepted = { options, actions: [], keepsUnknown: false };
    const given = parseArguments(process.argv.slice(2), accepted, process.env);
    if (given !== 'help') {
      const [word] = given.words;
      if (word === undefined) return given.options;
      throw new BadArguments(`${program.replace(/ --$/, '')} takes no "${word}".`);
    }
    const described = { ...declaration, name: '', usage: [['[options]']] as const, details, exitCodes };
    console.log(describeCommand(described, program));
    process.exit(0);
  } catch (error) {
    if (!(error instanceof BadArguments)) throw error;
    console.error(`${error.message} See --help.`);
    process.exit(2);
  }
}
