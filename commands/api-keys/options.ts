import { parseArgs } from 'node:util';
import { BadArguments, understood } from '../command-line.ts';
import { parseCustomerId, type CustomerId } from '../../lib/domain/customer-id.ts';
import { parseStage } from '../stage.ts';

/** What is asked for, in the parameters under `path`. */
export type ApiKeysOptions = { readonly path: string } & (
  | { readonly action: 'create'; readonly customerId: CustomerId }
  | { readonly action: 'list' }
  | { readonly action: 'revoke'; readonly id: string }
);

export const help = `
Makes, lists and revokes the API keys of a deployed pipeline. Kept are only their hashes, in Parameter Store; region and
credentials are those of the AWS environment (AWS_REGION, AWS_PROFILE, …).

  npm run api-keys -- create --customer <id>  a new key for a customer, printed once and never again
  npm run api-keys -- [list]                  the keys there are: an id of each, and whose it is   (default)
  npm run api-keys -- revoke <id>             a key that is no key any more; API Gateway may still
                                              take it for the five minutes that it remembers

  --stage <name>     the stage that was deployed                      (dev)
  --help             this text

Exit code: 0 done; 1 there is no such key; 2 wrong options, or AWS cannot be asked.
`;

/**
 * @returns `undefined` where the help was asked for
 * @throws BadArguments
 */
export function parseOptions(args: readonly string[]): ApiKeysOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const path = `/log-analytics-pipeline/${parseStage(values.stage)}/api-keys`;
  const [action = 'list', id, ...others] = positionals;
  if (others.length > 0) throw new BadArguments(`What is "${others.join(' ')}"?`);
  if (values.customer !== undefined && action !== 'create')
    throw new BadArguments('--customer is for create.');
  if (id !== undefined && action !== 'revoke') throw new BadArguments(`What is "${id}"?`);
  switch (action) {
    case 'create': {
      const customerId = parseCustomerId(values.customer ?? '');
      if (customerId === undefined) throw new BadArguments('create needs --customer and a customer id.');
      return { path, action, customerId };
    }
    case 'list':
      return { path, action };
    case 'revoke':
      if (id === undefined) throw new BadArguments('revoke needs an id, as list prints it.');
      return { path, action, id };
    default:
      throw new BadArguments(`There is create, list and revoke, and no "${action}".`);
  }
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        customer: { type: 'string' },
        stage: { type: 'string', default: 'dev' },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    }),
  );
}
