import { BadArguments } from '../command-line.ts';
import { customerIdOf } from '../customer.ts';
import { anyText, flag, list, oneOf, value } from '../define-command/options.ts';
import type { Given } from '../define-command/parse-arguments.ts';
import { stageName } from '../stage.ts';
import { parseExpiry } from './expiry.ts';
import { labelPattern } from '../../lib/domain/api-key-record.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { customerScopes, scopes as allScopes, type Scope } from '../../lib/domain/scope.ts';

/** The settings of one call: an action on a stage. */
export type ApiKeysOptions = {
  readonly stage: string;
  /** The file of a pipeline of the cluster form, in place of a stage. */
  readonly file: string | undefined;
} & (
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

/** The actions of `api-keys`; the default is `list`. */
export const apiKeysActions = [
  'list',
  'create',
  'rotate',
  'revoke',
  'history',
  'rotate-secret',
  'drop-secret',
] as const;

/** The options of `api-keys`. */
export const apiKeysOptions = {
  customer: value({
    shows: '<id>',
    help: 'create: another way to name the customer',
    actions: ['create'],
    read: customerIdOf,
  }),
  scope: list({
    shows: allScopes.join('|'),
    help: 'create: what the key may do; repeat it for several; operate, with --file, lists all customers',
    shownDefault: customerScopes.join(' and '),
    actions: ['create'],
    read: oneOf(allScopes),
  }),
  label: value({
    shows: '<text>',
    help: 'create: what the key is for, up to 100 characters',
    actions: ['create'],
    read: labelOf,
  }),
  expires: value({
    shows: '<when>',
    help: 'create, rotate: when the new key expires: 90d, 12h, a date (2026-12-31) or an instant',
    shownDefault: 'never',
    actions: ['create', 'rotate'],
    read: anyText,
  }),
  keep: value({
    shows: '<time>',
    help: 'rotate: how long the old key keeps working: 7d, 12h, 0d',
    default: '7d',
    actions: ['rotate'],
    read: anyText,
  }),
  force: flag({ help: 'drop-secret: drop it although keys end with it', actions: ['drop-secret'] }),
  json: flag({ help: 'list, history: print lines of JSON', actions: ['list', 'history'] }),
  file: value({
    shows: '<path>',
    help: 'change or list the keys in this file, for API_KEYS_FILE of the cluster form',
    actions: ['list', 'create', 'rotate', 'revoke'],
    read: anyText,
  }),
  stage: value({ shows: '<name>', help: 'the stage that was deployed', default: 'dev', read: stageName }),
};

/** The paragraphs after the options in the help of `api-keys`. */
export const apiKeysDetails = [
  'Parameter Store keeps the hashes of keys, never the keys themselves. Region and credentials come from the AWS environment ' +
    '(AWS_REGION, AWS_PROFILE, …).',
  'With --file, nothing of AWS is used: the file keeps the hashes of keys, one a line, and the servers of the cluster form ' +
    'read it again every few seconds.',
  'Every change of a deployed pipeline is first written to the bucket, under audit-log/: a change that cannot be recorded is not made. A new key is ' +
    'accepted within a minute.',
];

/**
 * Makes settings from the arguments.
 * @param now  the instant that times such as `90d` start from
 * @throws BadArguments
 */
export function apiKeysOptionsOf(
  { options, action = 'list', words: [subject, ...others] }: Given<typeof apiKeysOptions>,
  now: Date,
): ApiKeysOptions {
  const { stage, file, json: isJson } = options;
  const place = { stage, file };
  if (others.length > 0)
    throw new BadArguments(`${action} takes one at a time, but got "${others.join(' ')}" as well.`);
  const expiresAt =
    options.expires === undefined ? undefined : parseExpiry('--expires', options.expires, now);
  switch (action) {
    case 'create': {
      if (subject !== undefined && options.customer !== undefined) {
        throw new BadArguments('create takes one customer.');
      }
      const customerId = subject === undefined ? options.customer : customerIdOf(subject, 'The customer');
      if (customerId === undefined) throw new BadArguments('create needs a customer id: create cus-axon.');
      const scopes = options.scope.length === 0 ? customerScopes : options.scope;
      if (file === undefined && scopes.includes('operate')) {
        throw new BadArguments('The scope operate is for the cluster form: name its file with --file.');
      }
      return { ...place, action, customerId, scopes, label: options.label, expiresAt };
    }
    case 'rotate': {
      const oldExpiresAt = parseExpiry('--keep', options.keep, now, { isNowAllowed: true });
      return { ...place, action, id: requireId(action, subject), oldExpiresAt, expiresAt };
    }
    case 'revoke':
      return { ...place, action, id: requireId(action, subject) };
    case 'rotate-secret':
      requireNone(action, subject);
      return { ...place, action };
    case 'drop-secret':
      requireNone(action, subject);
      return { ...place, action, isForced: options.force };
    case 'history':
      requireNone(action, subject);
      return { ...place, action, isJson };
    default:
      requireNone('list', subject);
      return { ...place, action: 'list', isJson };
  }
}

function labelOf(text: string, name: string): string {
  if (labelPattern.test(text)) return text;
  throw new BadArguments(`${name} must have 1–100 printable ASCII characters and no braces.`);
}

function requireId(action: string, id: string | undefined): string {
  if (id !== undefined) return id;
  throw new BadArguments(`${action} needs an id, as list prints it.`);
}

function requireNone(action: string, subject: string | undefined): void {
  if (subject !== undefined) throw new BadArguments(`${action} takes no further word, but got "${subject}".`);
}
