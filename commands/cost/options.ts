import { BadArguments } from '../command-line.ts';
import { flag, value } from '../define-command/options.ts';
import type { Given } from '../define-command/parse-arguments.ts';
import type { Workload } from './workload.ts';

/** The options of `cost`. */
export const costOptions = {
  'entries-per-second': value({ shows: '<n>', help: 'entries of all customers together', read: positive }),
  'entries-per-batch': value({ shows: '<n>', help: 'entries in each request', read: positive }),
  customers: value({ shows: '<n>', help: 'how many customers send them', default: 1, read: positive }),
  scale: flag({
    help: 'prints the tables of docs/explanation/scale.md: ceilings, and 1, 10 and 100 billion entries a day',
  }),
  plain: flag({ help: 'bodies are not compressed' }),
};

/**
 * Makes a workload from the arguments.
 * @returns `undefined` where they describe none
 * @throws BadArguments
 */
export function workloadOf({ options, words }: Given<typeof costOptions>): Workload | undefined {
  const [word] = words;
  if (word !== undefined) throw new BadArguments(`cost takes no "${word}".`);
  const { 'entries-per-second': entriesPerSecond, 'entries-per-batch': entriesPerBatch, customers } = options;
  if (entriesPerSecond === undefined && entriesPerBatch === undefined) {
    if (customers === 1 && !options.plain) return undefined;
    throw new BadArguments('A workload needs --entries-per-second and --entries-per-batch.');
  }
  if (entriesPerSecond === undefined) throw new BadArguments('--entries-per-second needs a number above 0.');
  if (entriesPerBatch === undefined) throw new BadArguments('--entries-per-batch needs a number above 0.');
  return { entriesPerSecond, entriesPerBatch, customers, compressed: !options.plain };
}

function positive(text: string, name: string): number {
  const number = Number(text === '' ? Number.NaN : text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new BadArguments(`${name} needs a number above 0.`);
}
