import { BadArguments } from '../command-line.ts';
import { customerIdOf } from '../customer.ts';
import { flag, value } from '../define-command/options.ts';
import type { Given } from '../define-command/parse-arguments.ts';
import { placeOf, placeOptions, type Place } from '../place.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';

export interface CustomersOptions {
  readonly customerId: CustomerId;
  readonly place: Place;
  /** True if the data is to be removed; otherwise the command only shows it. */
  readonly isConfirmed: boolean;
  readonly isJson: boolean;
}

/** The options of `customers`. */
export const customersOptions = {
  customer: value({ shows: '<id>', help: 'another way to name the customer', read: customerIdOf }),
  yes: flag({ help: 'remove it' }),
  'dry-run': flag({ help: 'remove nothing, as without --yes' }),
  ...placeOptions,
  json: flag({ help: 'print one line of JSON' }),
};

/** The paragraphs after the options in the help of `customers`. */
export const customersDetails = [
  'The pipeline may run meanwhile, on this machine or deployed. Forgetting covers everything that was stored before, also data ' +
    'that is still on its way to the counts or arrives late. Entries that the customer sends later are accepted and counted as ' +
    'new, even under keys that it has used before. To keep the customer away, stop its senders or revoke its API keys.',
  "A tombstone stays (forgotten/<customer>), with the customer's id and an instant: without it, late data would bring the " +
    'customer back. Notifications that wait in queues name the customer and its batches for up to 14 days. API keys, logs and ' +
    'backups are not touched. docs/how-to/delete-a-customer.md says more.',
  'You may stop it at any time: run it again, and it continues.',
];

/**
 * Makes settings from the arguments.
 * @param env  the defaults of options that are not given
 * @throws BadArguments
 * @throws InvalidConfig  a variable has a value that cannot be used
 */
export function customersOptionsOf(
  { options, words }: Given<typeof customersOptions>,
  env: Readonly<Record<string, string | undefined>>,
): CustomersOptions {
  const named = words.map((word) => customerIdOf(word, 'The customer'));
  const [customerId, ...others] = options.customer === undefined ? named : [options.customer, ...named];
  if (customerId === undefined) throw new BadArguments('forget needs the id of a customer: forget cus-axon.');
  if (others.length > 0) {
    throw new BadArguments(`forget takes one customer at a time, but got "${others.join(' ')}" as well.`);
  }
  if (options.yes && options['dry-run']) {
    throw new BadArguments('--yes and --dry-run contradict each other: give one of them.');
  }
  return {
    customerId,
    place: placeOf(options, env),
    isConfirmed: options.yes,
    isJson: options.json,
  };
}
