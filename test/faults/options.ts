import { parseArgs } from 'node:util';
import { BadArguments, understood, wholeNumber } from '../../commands/command-line.ts';
import { tables } from './proofs.ts';

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

export const help = `
Runs the pipeline through one fault after the other for the given time, and checks that every accepted entry is counted
exactly once.

  npm run test:faults -- [options]

  --minutes <n>       everything: the tables, the sustained load, and then one round after
                      the other until the time is over, 1-10080                (30)
  --rounds <n>        only this number of rounds, 1-1000000
  --seed <n>          seed of the random choices, 0-2147483647       (a new one, which is printed)
  --first-round <n>   first round of the seed                    (1)
  --clients <n>       clients of a round: half of them repeat a batch until it is answered, half
                      send each batch once, 2-256                (16)
  --help              this text

The tables are tests that cover all steps, operations, files, bodies or protections, and run whole, in some minutes:

  ${tables.join('\n  ')}

The sustained load is npm run bench:sustained with 64 clients, for a sixth of the time, at most 5 minutes. Its audit must
find no difference and, from four minutes on, memory, open files and the lag of the event loop must not grow.

In a round clients send batches, and one of them sends odd bodies: malformed ones, and kinds that parsers get wrong.
Meanwhile the emulator has one to three lives on the same data. In one of them, or another,

  - its clock is wrong by up to two hours, from the start or suddenly;
  - it is paused for up to 3 s, or sleeps (SIGSTOP) for longer than anything that it waits for;
  - an operation of its disk fails (ENOSPC, EACCES, EIO, EROFS) or is slow, until a number of batches has passed;
  - a second emulator is started on its data, and must be refused with a message that names the first;
  - npm run audit and npm run dead-letters run beside it, and must find neither torn files nor dead letters;
  - it has other PATH_TEMPLATES than the life before, as after an upgrade or a rollback.

Each life ends when the emulator is killed, killed at a step of the local store, or stopped in order. Then comes a life
without faults, and the clients stop. When every stored batch says that it is counted,

  - accepted batches must be counted once, in all of their minutes; a batch that was sent and not accepted, once as a
    whole or not at all; and nothing else may be counted;
  - each batch by one version of the path templates in all of its minutes, which was in force while it was sent;
  - an odd body must have been accepted if a second, plain reading can read it, and refused with 4xx otherwise, and it
    must be counted according to that reading;
  - clients may have got no failure other than 503, and no rejection may be left unhandled;
  - npm run audit must find no difference in all data, including that of earlier rounds, and npm run dead-letters must
    find nothing.

The same seed and round cause the same faults after the same numbers of accepted batches. The requests in flight at that
moment depend on the machine: repeat a failed round a few times, or with all rounds before it.

No round truncates or changes a file, since that destroys accepted batches, and no count could be right afterwards; the
tables cover that case (torn-files). They also crash the pipeline at each step of a batch's way.

All rounds share one data directory, in the system's directory for temporary files. It is removed if all of them were
exact, and kept otherwise.

Exit code: 0 success, 1 failure (after a round that was not exact no other begins), 2 wrong options.
`;

/**
 * Parses the options of the command.
 * @param seed  the default for `--seed`
 * @returns `undefined` if the help was requested
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
