import { firstMinuteFrom, minuteOfInstant } from '../../lib/domain/timestamp.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { windowStartOf, type WindowStart } from '../../lib/domain/window.ts';
import type { EpochMinute } from '../../lib/domain/epoch-minute.ts';
import { BadArguments } from '../command-line.ts';
import { customerIdOf } from '../customer.ts';
import { flag, value, wholeNumberOf } from '../define-command/options.ts';
import type { Given } from '../define-command/parse-arguments.ts';
import { placeOf, placeOptions, type Place } from '../place.ts';

export interface RecountCommandOptions {
  readonly customerId: CustomerId;
  readonly from: WindowStart;
  readonly to: WindowStart;
  readonly place: Place;
  readonly waitSeconds: number;
  readonly isJson: boolean;
}

/** The options of `recount`. */
export const recountOptions = {
  customer: value({ shows: '<id>', help: 'the customer; required', read: customerIdOf }),
  from: value({
    shows: '<instant>',
    help: 'first instant, rounded down to a minute; required',
    read: minuteBy(minuteOfInstant),
  }),
  to: value({
    shows: '<instant>',
    help: 'end, rounded up to a minute',
    shownDefault: 'now',
    read: minuteBy(firstMinuteFrom),
  }),
  ...placeOptions,
  'wait-seconds': value({
    shows: '<n>',
    help: 'how long to wait for batches of earlier rules that are still on their way to their windows, 0-604800',
    default: 120,
    read: wholeNumberOf(0, 604_800),
  }),
  json: flag({
    help: 'print a line of JSON for each window that stays as it is, and a last one for the whole',
  }),
};

/** The paragraphs after the options in the help of `recount`. */
export const recountDetails = [
  'Run it after the rules have changed: a new version of this program, PATH_TEMPLATES, PATH_QUERY, VISITORS_SECRET. New batches are ' +
    'counted by the new rules; this gives old windows the same keys, dimensions and measures. It never changes which entries count, ' +
    'or how many requests a window has. Give it the same variables as the pipeline: one that runs on this machine refuses other rules.',
  'The pipeline may keep running, on this machine, deployed or as a cluster; upgrade all of it first. A window is replaced only if nobody else has written it since it was ' +
    'read. Hours, days and ClickHouse follow by themselves, as after any write of a minute; on this machine, where no pipeline runs, after the next start.',
  'Windows whose raw batches are gone, because they expired or cannot be read, stay as they are, and are listed.',
  'You may stop it at any time: run it again, and it continues. What it reads is sorted in the temporary directory (TMPDIR), in little memory.',
];

/**
 * Makes settings from the arguments.
 * @param env  the defaults of options that are not given
 * @param now  the default end
 * @throws BadArguments
 * @throws InvalidConfig  a variable has a value that cannot be used
 */
export function recountOptionsOf(
  { options, words: [word] }: Given<typeof recountOptions>,
  env: Readonly<Record<string, string | undefined>>,
  now: Date,
): RecountCommandOptions {
  const { customer, from, to } = options;
  if (word !== undefined) throw new BadArguments(`recount takes no "${word}".`);
  if (customer === undefined || from === undefined) {
    throw new BadArguments(
      'recount needs a customer and a first instant: --customer cus-axon --from 2025-12-01T00:00:00Z.',
    );
  }
  const end = to ?? minuteBy(firstMinuteFrom)(now.toISOString(), '--to');
  if (from >= end) throw new BadArguments(`--from must be before --to, and is ${from}; --to is ${end}.`);
  return {
    customerId: customer,
    from,
    to: end,
    place: placeOf(options, env),
    waitSeconds: options['wait-seconds'],
    isJson: options.json,
  };
}

function minuteBy(minuteOf: (text: string) => EpochMinute | undefined) {
  return (text: string, name: string): WindowStart => {
    const minute = minuteOf(text);
    if (minute !== undefined) return windowStartOf(minute);
    throw new BadArguments(
      `${name} must be an RFC 3339 instant such as 2025-12-28T18:03:00Z, and is "${text}".`,
    );
  };
}
