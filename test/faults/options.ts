import { BadArguments } from '../../commands/command-line.ts';
import { value, wholeNumberOf } from '../../commands/define-command/options.ts';
import type { Given } from '../../commands/define-command/parse-arguments.ts';

/** A number of rounds alone; or all proofs, and rounds as long as time is left. */
export type Until =
  | { readonly kind: 'rounds'; readonly rounds: number }
  | { readonly kind: 'minutes'; readonly minutes: number };

export interface FaultOptions {
  readonly until: Until;
  readonly seed: number;
  /** The number of the first round: together with the seed it determines the round. */
  readonly firstRound: number;
  readonly clients: number;
}

const defaultMinutes = 30;

/** The options of `test:faults`. */
export const faultOptions = {
  minutes: value({
    shows: '<n>',
    help: 'everything: the tables, the sustained load, and then one round after the other until the time is over, 1-10080',
    shownDefault: String(defaultMinutes),
    read: wholeNumberOf(1, 10_080),
  }),
  rounds: value({
    shows: '<n>',
    help: 'only this number of rounds, 1-1000000',
    read: wholeNumberOf(1, 1_000_000),
  }),
  seed: value({
    shows: '<n>',
    help: 'seed of the random choices, 0-2147483647',
    shownDefault: 'a new one, which is printed',
    read: wholeNumberOf(0, 0x7fffffff),
  }),
  'first-round': value({
    shows: '<n>',
    help: 'first round of the seed, 1-1000000',
    default: 1,
    read: wholeNumberOf(1, 1_000_000),
  }),
  clients: value({
    shows: '<n>',
    help: 'clients of a round: half of them repeat a batch until it is answered, half send each batch once, 2-256',
    default: 16,
    read: wholeNumberOf(2, 256),
  }),
};

/**
 * Makes settings from the arguments.
 * @param seed  the default for `--seed`
 * @throws BadArguments
 */
export function faultOptionsOf(
  { options, words: [word] }: Given<typeof faultOptions>,
  seed: number,
): FaultOptions {
  if (word !== undefined) throw new BadArguments(`test:faults takes no "${word}".`);
  const { rounds, minutes } = options;
  if (rounds !== undefined && minutes !== undefined) {
    throw new BadArguments('It takes --rounds or --minutes, not both.');
  }
  return {
    until:
      rounds === undefined
        ? { kind: 'minutes', minutes: minutes ?? defaultMinutes }
        : { kind: 'rounds', rounds },
    seed: options.seed ?? seed,
    firstRound: options['first-round'],
    clients: options.clients,
  };
}
