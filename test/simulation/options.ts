import { BadArguments } from '../../commands/command-line.ts';
import { flag, value, wholeNumberOf } from '../../commands/define-command/options.ts';
import type { Given } from '../../commands/define-command/parse-arguments.ts';
import { allProtections } from './all-protections.mjs';

export type SimulateOptions = SimulatedForm &
  (
    | { readonly kind: 'seeds'; readonly first: number; readonly seeds: number }
    | { readonly kind: 'replay'; readonly seed: number }
    /** Removes each protection in turn and shows which law breaks. */
    | { readonly kind: 'table'; readonly seeds: number }
  );

/** The form of the pipeline that is simulated. */
export interface SimulatedForm {
  /**
   * `usual`: streams and queues, as on a laptop and on AWS; `cluster`: topics, groups and barriers; `split`: the design
   * that splits a minute into parts.
   */
  readonly form: 'usual' | 'cluster' | 'split';
}

/** The options of `simulate`. */
export const simulateOptions = {
  cluster: flag({
    help: 'plays the cluster form: topics with committed offsets, rebalances, zombies, lost records',
  }),
  split: flag({ help: 'plays the design that splits a minute into several window objects' }),
  seeds: value({
    shows: '<n>',
    help: 'number of histories, 1-10000000',
    default: 1_000,
    read: wholeNumberOf(1, 10_000_000),
  }),
  first: value({
    shows: '<n>',
    help: 'seed of the first one, 1-2000000000',
    default: 1,
    read: wholeNumberOf(1, 2_000_000_000),
  }),
  replay: value({
    shows: '<seed>',
    help: 'plays one history and prints every step of it',
    read: wholeNumberOf(1, 2_000_000_000),
  }),
  without: value({
    shows: '<names>',
    help: 'removes protections first; separate several with commas',
    read: protectionsOf,
  }),
  table: flag({ help: 'removes each protection in turn, and prints the law that breaks' }),
};

/**
 * Makes settings from the arguments.
 * @throws BadArguments
 */
export function simulateOptionsOf({
  options,
  words: [word],
}: Given<typeof simulateOptions>): SimulateOptions {
  if (word !== undefined) throw new BadArguments(`simulate takes no "${word}".`);
  const { cluster, split, seeds, first, replay, table } = options;
  if (cluster && split) throw new BadArguments('Choose one of --cluster and --split.');
  const form = cluster ? 'cluster' : split ? 'split' : 'usual';
  if (table) return { kind: 'table', seeds, form };
  return replay === undefined
    ? { kind: 'seeds', first, seeds, form }
    : { kind: 'replay', seed: replay, form };
}

function protectionsOf(text: string, name: string): readonly string[] {
  const names = text.split(',');
  const unknown = names.find((each) => !Object.hasOwn(allProtections, each));
  if (unknown !== undefined) throw new BadArguments(`${name}: there is no protection "${unknown}".`);
  return names;
}
