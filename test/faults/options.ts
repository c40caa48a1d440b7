import { parseArgs } from 'node:util';
import { BadArguments, understood, wholeNumber } from '../../commands/command-line.ts';

/** Until when rounds are begun. */
export type Until =
  | { readonly kind: 'rounds'; readonly rounds: number }
  | { readonly kind: 'minutes'; readonly minutes: number };

export interface FaultOptions {
  readonly until: Until;
  readonly seed: number;
  /** The number of the first round: with the seed it says what is done in it. */
  readonly firstRound: number;
  readonly clients: number;
}

export const help = `
Runs the pipeline through one fault after the other, for as long as it is told, and looks whether every accepted entry is
counted exactly once.

  npm run test:faults -- [options]

  --rounds <n>        how many rounds, 1-1000000                 (10, where no minutes are given)
  --minutes <n>       begin rounds for so long, 1-10080
  --seed <n>          what chance is made of, 0-2147483647       (a new one, which is printed)
  --first-round <n>   begin with this round of the seed          (1)
  --clients <n>       half of them repeat a batch until it is answered, half send each
                      batch once, 2-256                          (16)
  --help              this text

In a round clients send batches while the emulator is killed, killed at a step of the local store, ended in order,
paused, or given a wrong clock, up to three times over, and started again on the same data. Then nothing more is done
to it, and the clients stop. When every stored batch says that it is counted,

  - what was accepted must be counted once, in all of its minutes; a batch that was sent and not answered, once as a
    whole or not at all; and nothing else may be counted;
  - npm run audit must find no difference in all that there is, also of the rounds before.

The same seed and round give the same faults after the same numbers of accepted batches. What is in flight just then is
up to the machine: repeat a failed round a few times, or with all rounds before it.

All rounds share one data directory, under the system's directory for temporary files. It is removed when all of them
were exact, and kept otherwise.

Exit code: 0 all rounds were exact, 1 one was not, and was the last, 2 wrong options.
`;

/**
 * @param seed  for a run that is given none
 * @returns `undefined` where the help was asked for
 * @throws BadArguments
 */
export function parseOptions(args: readonly string[], seed: number): FaultOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  if (values.rounds !== undefined && values.minutes !== undefined) {
    throw new BadArguments('It takes --rounds or --minutes, not both.');
  }
  const until: Until =
    values.minutes === undefined
      ? { kind: 'rounds', rounds: wholeNumber('--rounds', values.rounds ?? '10', 1, 1_000_000) }
      : { kind: 'minutes', minutes: wholeNumber('--minutes', values.minutes, 1, 10_080) };
  return {
    until,
    seed: wholeNumber('--seed', values.seed ?? String(seed), 0, 0x7fffffff),
    firstRound: wholeNumber('--first-round', values['first-round'], 1, 1_000_000),
    clients: wholeNumber('--clients', values.clients, 2, 256),
  };
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string' },
        minutes: { type: 'string' },
        seed: { type: 'string' },
        'first-round': { type: 'string', default: '1' },
        clients: { type: 'string', default: '16' },
        help: { type: 'boolean', default: false },
      },
    }),
  ).values;
}
