import { parseArgs } from 'node:util';

/**
 * Returns the whole numbers above 0 on the command line, in order, with defaults for missing ones. With `--help`, or
 * with anything else, it prints the help and ends the process.
 */
export function numbersOf(help: string, ...defaults: readonly number[]): number[] {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', default: false } },
    allowPositionals: true,
    strict: false,
  });
  const isUnderstood =
    positionals.length <= defaults.length && positionals.every((text) => /^[1-9]\d*$/.test(text));
  if (values.help !== false || !isUnderstood) {
    console.log(help);
    process.exit(values.help === true ? 0 : 2);
  }
  return defaults.map((given, position) => Number(positionals[position] ?? given));
}
