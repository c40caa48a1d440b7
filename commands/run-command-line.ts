import { commands } from './commands.ts';
import { suggest } from './define-command/suggest.ts';
import { complain, print, type Io } from './io.ts';

/**
 * Runs the command that a command line names, with its arguments.
 * @returns the exit code
 */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
  const [name = '--help', ...args] = argv;
  if (['--help', '-h', 'help'].includes(name)) {
    print(io, listOfCommands());
    return 0;
  }
  const listed = commands.find((command) => command.name === name);
  if (listed === undefined) {
    const names = commands.map((command) => command.name);
    complain(io, `There is no command "${name}".${suggest(name, names)} See log-analytics --help.`);
    return 2;
  }
  return (await listed.load()).run(args, io);
}

function listOfCommands(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Exact traffic numbers from access logs.',
    '',
    '  log-analytics <command> [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'log-analytics <command> --help explains a command. In a clone, npm run <command> -- [options] does the same.',
  ].join('\n');
}
