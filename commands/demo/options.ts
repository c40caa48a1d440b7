import { parseArgs } from 'node:util';
import { understood, wholeNumber } from '../command-line.ts';

export interface DemoOptions {
  readonly seed: number;
  readonly entries: number;
  readonly customers: number;
  readonly days: number;
  /** `undefined`: the usual one, or another where that is taken. */
  readonly port: number | undefined;
  readonly isLive: boolean;
  /** Whether the data stays when it is over. */
  readonly isKept: boolean;
}

export const maxCustomers = 12;

export const help = `
Shows the pipeline at work, on a directory of its own: starts it, sends the traffic of some sites over the last days, as
log shippers would (some batches twice, some late), checks that all of it is counted exactly once, prints what was asked
for most, and keeps the dashboard open, with new traffic coming in, until Ctrl-C.

  npm run demo -- [options]

  --entries <n>     so many requests of all customers together, 100-1000000   (100000)
  --customers <n>   a shop, an interface and a blog in turn, 1-${maxCustomers}                  (3)
  --days <n>        the days that the traffic is spread over, 1-31                  (3)
  --seed <n>        the same seed gives the same traffic, at the present time, from
                    0 on                                                            (1)
  --port <n>        where it listens, 1-65535       (3000, or another if that is taken)
  --no-live         no new traffic when all is sent
  --keep            leave the data there, and say where: npm start with DATA_DIR goes
                    on with it
  --help            this text

The traffic is made up: sites and visitors are this project's own, and the user agents are in the form that their makers
publish. Settings of the pipeline in the environment are left out, so that all is as it is described.

Exit code: 0 when it was ended by Ctrl-C, 1 where the counts differ or the pipeline ended, 2 for wrong options or a port
that is taken, 130 for a Ctrl-C before all was sent. (npm has 130 of its own after a Ctrl-C.)
`;

/**
 * @returns `undefined` where the help was asked for
 * @throws BadArguments
 */
export function parseOptions(args: readonly string[]): DemoOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 31 - 1),
    entries: wholeNumber('--entries', values.entries, 100, 1_000_000),
    customers: wholeNumber('--customers', values.customers, 1, maxCustomers),
    days: wholeNumber('--days', values.days, 1, 31),
    port: values.port === undefined ? undefined : wholeNumber('--port', values.port, 1, 65_535),
    isLive: !values['no-live'],
    isKept: values.keep,
  };
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        entries: { type: 'string', default: '100000' },
        customers: { type: 'string', default: '3' },
        days: { type: 'string', default: '3' },
        seed: { type: 'string', default: '1' },
        port: { type: 'string' },
        'no-live': { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }),
  ).values;
}
