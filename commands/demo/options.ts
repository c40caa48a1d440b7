import { BadArguments } from '../command-line.ts';
import { flag, value, wholeNumberOf } from '../define-command/options.ts';
import type { Given } from '../define-command/parse-arguments.ts';

export interface DemoOptions {
  readonly seed: number;
  readonly entries: number;
  readonly customers: number;
  readonly days: number;
  /** `undefined`: the usual port, or another one if that is in use. */
  readonly port: number | undefined;
  readonly isLive: boolean;
  /** True if the data stays after the end. */
  readonly isKept: boolean;
}

export const maxCustomers = 12;

/** The options of `demo`. */
export const demoOptions = {
  entries: value({
    shows: '<n>',
    help: 'how many requests all customers have together, 100-1000000',
    default: 100_000,
    read: wholeNumberOf(100, 1_000_000),
  }),
  customers: value({
    shows: '<n>',
    help: `a shop, an interface and a blog in turn, 1-${maxCustomers}`,
    default: 3,
    read: wholeNumberOf(1, maxCustomers),
  }),
  days: value({
    shows: '<n>',
    help: 'the days that the traffic is spread over, 1-31',
    default: 3,
    read: wholeNumberOf(1, 31),
  }),
  seed: value({
    shows: '<n>',
    help: 'the same seed gives the same traffic, ending at the present time, from 0 on',
    default: 1,
    read: wholeNumberOf(0, 2 ** 31 - 1),
  }),
  port: value({
    shows: '<n>',
    help: 'the port to listen on, 1-65535',
    shownDefault: '3000, or another one if that is in use',
    read: wholeNumberOf(1, 65_535),
  }),
  'no-live': flag({ help: 'send no new traffic at the end' }),
  keep: flag({ help: 'keep the data, and say where: npm start with DATA_DIR continues with it' }),
};

/** The paragraphs after the options in the help of `demo`. */
export const demoDetails = [
  "The traffic is made up: sites and visitors are this project's own, and the user agents have the form that their makers " +
    'publish. Pipeline settings in the environment are ignored, so that the demo runs as documented.',
];

/**
 * Makes settings from the arguments.
 * @throws BadArguments
 */
export function demoOptionsOf({ options, words: [word] }: Given<typeof demoOptions>): DemoOptions {
  if (word !== undefined) throw new BadArguments(`demo takes no "${word}".`);
  const { seed, entries, customers, days, port } = options;
  return { seed, entries, customers, days, port, isLive: !options['no-live'], isKept: options.keep };
}
