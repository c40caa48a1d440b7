import { parseArgs } from 'node:util';
import { parseCustomerId, type CustomerId } from '../../lib/domain/customer-id.ts';
import { BadArguments, understood } from '../command-line.ts';
import { placeOf, placeOptions, type Place } from '../place.ts';

export interface CustomersOptions {
  readonly action: 'forget';
  readonly customerId: CustomerId;
  readonly place: Place;
  /** Without it, nothing is removed. */
  readonly isConfirmed: boolean;
  readonly isJson: boolean;
}

export const help = `
Forgets a customer: removes its raw batches, its minutes, hours and days, and its failed records.

  npm run customers -- forget <customer>           shows what would be removed
  npm run customers -- forget <customer> --yes     removes it; this cannot be undone

  --yes               remove it
  --dry-run           remove nothing                                    (default)
  --data-dir <path>   the data directory                          (DATA_DIR or .data)
  --stage <name>      in its place, the stage that was deployed, in the account and
                      region of the AWS environment (AWS_REGION, AWS_PROFILE, …);
                      STORAGE=aws means dev, and BUCKET_NAME another bucket
  --json              print one line of JSON
  --help              this text

The pipeline may run meanwhile, on this machine and deployed. All that was stored before is forgotten, also what is still on
its way to the counts or is delivered late. What the customer sends later is accepted and counted as new, also with keys
that it has used before. So stop its senders, or revoke its API keys, if nothing is to come back.

A tombstone stays (forgotten/<customer>), with the customer's id and an instant: without it, late data would bring the
customer back. Notifications that wait in queues name the customer and its batches for up to 14 days. API keys, logs and
backups are not touched. docs/how-to/delete-a-customer.md says more.

It may be stopped at any time: run it again, and it goes on.

Exit code: 0 removed, or shown; 1 there is nothing of this customer, or some of it was left; 2 wrong options, or a data
directory or AWS cannot be reached.
`;

/**
 * @param environment  for what is not given
 * @returns `undefined` where the help was asked for
 * @throws BadArguments
 * @throws InvalidConfig  a variable has a value that cannot be used
 */
export function parseOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): CustomersOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [action, customer, ...others] = positionals;
  if (action !== 'forget') {
    throw new BadArguments(
      action === undefined ? 'Say what to do: forget <customer>.' : `There is forget, and no "${action}".`,
    );
  }
  if (customer === undefined) throw new BadArguments('forget needs the id of a customer.');
  if (others.length > 0)
    throw new BadArguments(`forget takes one customer at a time, and not "${others.join(' ')}".`);
  const customerId = parseCustomerId(customer);
  if (customerId === undefined) throw new BadArguments(`"${customer}" is not a customer id.`);
  if (values.yes && values['dry-run']) throw new BadArguments('--yes and --dry-run contradict each other.');
  return {
    action,
    customerId,
    place: placeOf(values, environment),
    isConfirmed: values.yes,
    isJson: values.json,
  };
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        yes: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        ...placeOptions,
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    }),
  );
}
