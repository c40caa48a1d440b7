import { parseArgs } from 'node:util';
import { BadArguments, understood } from '../command-line.ts';
import { labelPattern } from '../../lib/domain/api-key-record.ts';
import { parseCustomerId, type CustomerId } from '../../lib/domain/customer-id.ts';
import { isScope, scopes as allScopes, type Scope } from '../../lib/domain/scope.ts';
import { parseStage } from '../stage.ts';
import { parseExpiry } from './expiry.ts';

/** What is asked for, of a stage. */
export type ApiKeysOptions = { readonly stage: string } & (
  | {
      readonly action: 'create';
      readonly customerId: CustomerId;
      readonly scopes: readonly Scope[];
      readonly label: string | undefined;
      readonly expiresAt: Date | undefined;
    }
  | { readonly action: 'list'; readonly isJson: boolean }
  | { readonly action: 'revoke'; readonly id: string }
  | {
      readonly action: 'rotate';
      readonly id: string;
      readonly oldExpiresAt: Date;
      readonly expiresAt: Date | undefined;
    }
  | { readonly action: 'rotate-secret' }
  | { readonly action: 'drop-secret'; readonly isForced: boolean }
  | { readonly action: 'history'; readonly isJson: boolean }
);

export const help = `
Creates, lists, rotates and revokes the API keys of a deployed pipeline. Parameter Store keeps their hashes, never the
keys themselves. Region and credentials come from the AWS environment (AWS_REGION, AWS_PROFILE, …).

  npm run api-keys -- create <customer>   a new key for a customer; it is printed once and never again
      --scope ingest|read                 what the key may do; repeat it for both         (both)
      --label <text>                      what the key is for, up to 100 characters
      --expires <when>                    90d, 12h, a date (2026-12-31) or an instant     (never)
  npm run api-keys -- [list] [--json]     the keys: id, customer, scopes, label, times    (default)
  npm run api-keys -- rotate <id>         a new key with the same customer, scopes and label
      --keep <time>                       how long the old key goes on: 7d, 12h, 0d       (7d)
      --expires <when>                    when the new key expires                        (never)
  npm run api-keys -- revoke <id>         ends a key, within four minutes
  npm run api-keys -- history [--json]    who changed which key, and when
  npm run api-keys -- rotate-secret       a new secret for new keys; keys of the one before go on
  npm run api-keys -- drop-secret         ends the secret before; refused while it has keys
      --force                             drops it all the same; its keys end with it

  --stage <name>     the stage that was deployed                                          (dev)
  --help             this text

Every change is first written to the bucket, under audit-log/: a change that cannot be noted is not made.
A new key is taken within a minute.

Exit code: 0 done; 1 there is no such key, or the change was refused; 2 wrong options, or AWS cannot be asked.
`;

/** Which options each action takes besides --stage. */
const optionsOf: Readonly<Record<ApiKeysOptions['action'], readonly string[]>> = {
  create: ['customer', 'scope', 'label', 'expires'],
  list: ['json'],
  revoke: [],
  rotate: ['keep', 'expires'],
  'rotate-secret': [],
  'drop-secret': ['force'],
  history: ['json'],
};

/**
 * @param now  that times such as `90d` start from
 * @returns `undefined` where the help was asked for
 * @throws BadArguments
 */
export function parseOptions(args: readonly string[], now: Date): ApiKeysOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const stage = parseStage(values.stage);
  const [action = 'list', subject, ...others] = positionals;
  if (others.length > 0) throw new BadArguments(`What is "${others.join(' ')}"?`);
  if (!isAction(action)) throw new BadArguments(`There is no action "${action}".`);
  for (const option of Object.keys(values)) {
    if (option !== 'stage' && option !== 'help' && !optionsOf[action].includes(option)) {
      throw new BadArguments(`${action} does not take --${option}.`);
    }
  }
  const expiresAt = values.expires === undefined ? undefined : parseExpiry('--expires', values.expires, now);
  const isJson = values.json ?? false;
  switch (action) {
    case 'create': {
      if (subject !== undefined && values.customer !== undefined) {
        throw new BadArguments('create takes one customer.');
      }
      const customerId = parseCustomerId(subject ?? values.customer ?? '');
      if (customerId === undefined) throw new BadArguments('create needs a customer id: create cus-axon.');
      const { scope: scopes = allScopes, label } = values;
      return {
        stage,
        action,
        customerId,
        scopes: scopes.map(parseScope),
        label: parseLabel(label),
        expiresAt,
      };
    }
    case 'rotate': {
      const oldExpiresAt = parseExpiry('--keep', values.keep ?? '7d', now, { isNowAllowed: true });
      return { stage, action, id: requireId(action, subject), oldExpiresAt, expiresAt };
    }
    case 'revoke':
      return { stage, action, id: requireId(action, subject) };
    case 'rotate-secret':
      requireNone(subject);
      return { stage, action };
    case 'drop-secret':
      requireNone(subject);
      return { stage, action, isForced: values.force ?? false };
    case 'list':
    case 'history':
      requireNone(subject);
      return { stage, action, isJson };
  }
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        customer: { type: 'string' },
        scope: { type: 'string', multiple: true },
        label: { type: 'string' },
        expires: { type: 'string' },
        keep: { type: 'string' },
        force: { type: 'boolean' },
        json: { type: 'boolean' },
        stage: { type: 'string', default: 'dev' },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    }),
  );
}

function isAction(text: string): text is ApiKeysOptions['action'] {
  return Object.hasOwn(optionsOf, text);
}

function parseScope(text: string): Scope {
  if (isScope(text)) return text;
  throw new BadArguments(`--scope must be one of ${allScopes.join(', ')}, and is "${text}".`);
}

function parseLabel(text: string | undefined): string | undefined {
  if (text === undefined || labelPattern.test(text)) return text;
  throw new BadArguments('--label must have 1–100 printable ASCII characters and no braces.');
}

function requireId(action: string, id: string | undefined): string {
  if (id !== undefined) return id;
  throw new BadArguments(`${action} needs an id, as list prints it.`);
}

function requireNone(subject: string | undefined): void {
  if (subject !== undefined) throw new BadArguments(`What is "${subject}"?`);
}
