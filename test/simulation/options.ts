import { parseArgs } from 'node:util';
import { BadArguments, understood, wholeNumber } from '../../commands/command-line.ts';
import { clusterProtections } from './cluster/protections.mjs';
import { protections } from './protections.mjs';

export type SimulateOptions = SimulatedForm &
  (
    | { readonly kind: 'seeds'; readonly first: number; readonly seeds: number }
    | { readonly kind: 'replay'; readonly seed: number }
    /** Takes each protection away in turn and shows which law breaks. */
    | { readonly kind: 'table'; readonly seeds: number }
  );

/** The form of the pipeline that is simulated. */
export interface SimulatedForm {
  /** True for topics, groups and barriers; otherwise streams and queues, as on a laptop and on AWS. */
  readonly isCluster: boolean;
}

export const help = `
Plays histories of the whole pipeline in one process: the real lib/pipeline and lib/domain, on a simulated store, streams
and queues that refuse, answer late, twice or never, deliver in any order and again, and on processes that die. The seed
decides each step, so that a history can be played again.

  npm run simulate -- [options]

  --cluster         plays the cluster form: topics with partitions and committed offsets, rebalances, zombies, lost records
  --seeds <n>       how many histories, 1-10000000                            (1000)
  --first <n>       the seed of the first one, 1-2000000000                   (1)
  --replay <seed>   plays one history and prints every step of it
  --without <name>  takes a protection away first; several are separated by commas
  --table           takes each protection away in turn, and prints the law that breaks
  --help            this text

Protections: ${Object.keys(protections).join(', ')}.

Protections of the cluster form: ${Object.keys(clusterProtections).join(', ')}.

A history that breaks a law ends the run. It is shrunk to a smaller plan that still breaks one, and the command that
plays it again is printed.

Exit code: 0 all laws held (with --table: each protection was missed), 1 otherwise, 2 wrong options.
`;

/**
 * @returns the options, or `undefined` where the help was asked for
 * @throws BadArguments
 */
export function parseOptions(args: readonly string[]): SimulateOptions | undefined {
  const { values } = understood(() =>
    parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string', default: '1000' },
        first: { type: 'string', default: '1' },
        replay: { type: 'string' },
        without: { type: 'string' },
        cluster: { type: 'boolean', default: false },
        table: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  if (values.help) return undefined;
  const isCluster = values.cluster;
  const known = isCluster ? clusterProtections : protections;
  const unknown = values.without?.split(',').find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) throw new BadArguments(`There is no protection "${unknown}" to take away.`);
  const seeds = wholeNumber('--seeds', values.seeds, 1, 10_000_000);
  if (values.table) return { kind: 'table', seeds, isCluster };
  if (values.replay !== undefined) {
    return { kind: 'replay', seed: wholeNumber('--replay', values.replay, 1, 2_000_000_000), isCluster };
  }
  return { kind: 'seeds', first: wholeNumber('--first', values.first, 1, 2_000_000_000), seeds, isCluster };
}
