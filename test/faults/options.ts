import { parseArgs } from 'node:util';
import { BadArguments, understood, wholeNumber } from '../../commands/command-line.ts';
import { tables } from './proofs.ts';

/** So many rounds alone, or everything, with rounds that are begun until so many minutes are over. */
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

  --minutes <n>       everything: the tables and the sustained load, then one round after
                      the other until so much time is over in all, 1-10080     (30)
  --rounds <n>        in its place so many rounds and nothing else, 1-1000000
  --seed <n>          what chance is made of, 0-2147483647       (a new one, which is printed)
  --first-round <n>   begin with this round of the seed          (1)
  --clients <n>       of a round: half of them repeat a batch until it is answered, half
                      send each batch once, 2-256                (16)
  --help              this text

The tables are tests that go through all there is of something, and are run whole, which takes some minutes:

  ${tables.join('\n  ')}

The sustained load is npm run bench:sustained with 64 clients, for a sixth of the time, at most 5 minutes. Its audit is
judged and, from four minutes on, whether memory, open files or the lag of the event loop have grown.

In a round clients send batches, and one of them odd bodies: malformed ones, and those that parsers get wrong. Meanwhile
the emulator has one to three lives on the same data. In one of them, or another,

  - its clock is wrong by up to two hours, from the start or suddenly;
  - it is paused for up to 3 s, or sleeps (SIGSTOP) for longer than all that it waits for;
  - an operation of its disk fails (ENOSPC, EACCES, EIO, EROFS) or is slow, and is well again after so many batches;
  - a second emulator is started on its data, and has to be refused with a message that names the first;
  - npm run audit and npm run dead-letters run beside it, and must find nothing that is torn or given up;
  - it has other PATH_TEMPLATES than the one before, as after an upgrade or a return.

Each ends when the emulator is killed, killed at a step of the local store, or ended in order. Then comes a life that
nothing is done to, and the clients stop. When every stored batch says that it is counted,

  - what was accepted must be counted once, in all of its minutes; a batch that was sent and not accepted, once as a
    whole or not at all; and nothing else may be counted;
  - each batch by one version of the path templates in all of its minutes, which was in force while it was sent;
  - an odd body must have been taken where a second, plain reading can read it, and refused with 4xx otherwise, and be
    counted as that reading says;
  - clients may have been told of no trouble but by 503, and no rejection may be left that nobody handles;
  - npm run audit must find no difference in all that there is, also of the rounds before, and npm run dead-letters
    nothing.

The same seed and round give the same faults after the same numbers of accepted batches. What is in flight just then is
up to the machine: repeat a failed round a few times, or with all rounds before it.

No round cuts off or changes a file, since that destroys what was accepted, and no count can be right after it: what the
pipeline does then is in the tables (torn-files). They crash it at each step of a batch's way, too.

All rounds share one data directory, under the system's directory for temporary files. It is removed when all of them
were exact, and kept otherwise.

Exit code: 0 all went well, 1 something did not (a round that was not exact is the last), 2 wrong options.
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
    values.rounds === undefined
      ? { kind: 'minutes', minutes: wholeNumber('--minutes', values.minutes ?? '30', 1, 10_080) }
      : { kind: 'rounds', rounds: wholeNumber('--rounds', values.rounds, 1, 1_000_000) };
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
