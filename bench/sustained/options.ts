import { parseArgs } from 'node:util';

export interface SustainedOptions {
  readonly minutes: number;
  readonly clients: number;
}

const help = `
Measures the emulator while many clients send at once: memory, open files, and the time for which its event loop is
blocked must stay stable. Afterwards everything is audited.

  npm run bench:sustained -- [options]

  --minutes <n>   duration, 0.1-1440    (5)
  --clients <n>   clients, 1-512         (64)
  --help          this text

Exit code: 0 the audit found no difference and, from four minutes on, nothing grew from the second quarter of the time to
the last; 1 the audit found a difference, or something grew; 2 wrong options.
`;

/** Parses the options. With `--help`, or with invalid options, it prints the help and ends the process. */
export function optionsOf(args: readonly string[]): SustainedOptions {
  const values = parse(args);
  const minutes = numberOf(values?.minutes, /^\d{1,4}(\.\d{1,3})?$/);
  const clients = numberOf(values?.clients, /^\d{1,3}$/);
  const isUnderstood = minutes >= 0.1 && minutes <= 1_440 && clients >= 1 && clients <= 512;
  if (values?.help !== true && isUnderstood) return { minutes, clients };
  console.log(help);
  process.exit(values?.help === true ? 0 : 2);
}

/** Parses the options; returns `undefined` if there are others. */
function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '5' },
        clients: { type: 'string', default: '64' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}

function numberOf(text: string | undefined, pattern: RegExp): number {
  return text !== undefined && pattern.test(text) ? Number(text) : Number.NaN;
}
