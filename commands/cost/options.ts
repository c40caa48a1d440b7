import { parseArgs } from 'node:util';
import { BadArguments, understood } from '../command-line.ts';
import type { Workload } from './workload.ts';

export const help = `
What the pipeline costs on AWS, at the list prices that docs/explanation/costs.md names. Without options: the tables of that page.

  npm run cost -- --entries-per-second <n> --entries-per-batch <n> [--customers <n>] [--plain]

  --entries-per-second <n>   of all customers together
  --entries-per-batch <n>    in each request
  --customers <n>            who send them                       (1)
  --plain                    bodies are not compressed
  --help                     this text
`;

/**
 * @returns `'help'` or `'tables'` where no workload was given
 * @throws BadArguments
 */
export function parseOptions(args: readonly string[]): Workload | 'help' | 'tables' {
  const values = parse(args);
  if (values.help) return 'help';
  if (args.length === 0) return 'tables';
  return {
    entriesPerSecond: positive('entries-per-second', values['entries-per-second']),
    entriesPerBatch: positive('entries-per-batch', values['entries-per-batch']),
    customers: positive('customers', values.customers),
    compressed: !values.plain,
  };
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        'entries-per-second': { type: 'string' },
        'entries-per-batch': { type: 'string' },
        customers: { type: 'string', default: '1' },
        plain: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }),
  ).values;
}

function positive(option: string, text: string | undefined): number {
  const value = Number(text ?? '');
  if (Number.isFinite(value) && value > 0) return value;
  throw new BadArguments(`--${option} needs a number above 0.`);
}
