import { SSMClient } from '@aws-sdk/client-ssm';
import { Unavailable, UnreadableFormat } from '../lib/errors.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import { changeKeyFile } from './api-keys/change-file.ts';
import { UnusableKeyFile } from './api-keys/key-file.ts';
import { findKey, revokeKey, rotateKey } from './api-keys/change-key.ts';
import { createChangeLog } from './api-keys/change-log.ts';
import { dropSecret, rotateSecret } from './api-keys/change-secret.ts';
import { createKey } from './api-keys/create-key.ts';
import { openKeyParameters } from './api-keys/key-parameters.ts';
import { listKeys } from './api-keys/list-keys.ts';
import {
  apiKeysActions,
  apiKeysDetails,
  apiKeysOptions,
  apiKeysOptionsOf,
  type ApiKeysOptions,
} from './api-keys/options.ts';
import { printHistory } from './api-keys/print-history.ts';
import { BadArguments } from './command-line.ts';
import { callerIdentity } from './caller-identity.ts';
import { deployedNames } from './deployed-names.ts';
import { defineCommand } from './define-command.ts';
import { failure } from './define-command/failures.ts';
import { complain, type Io } from './io.ts';
import { openDeployed } from './open-deployed.ts';
import { deployedFailures } from './place-failures.ts';

/** Manages the API keys of a deployed pipeline. */
export const apiKeys = defineCommand({
  name: 'api-keys',
  summary: 'Creates, lists, rotates and revokes the API keys of a deployed pipeline, or of the cluster form.',
  usage: [
    ['[list] [--json]', 'the keys: id, customer, scopes, label, times; the default'],
    ['create <customer>', 'a new key for a customer; it is printed once and never again'],
    ['rotate <id>', 'a new key with the same customer, scopes and label'],
    ['revoke <id>', 'ends a key, within four minutes'],
    ['history [--json]', 'who changed which key, and when'],
    ['rotate-secret', 'a new secret for new keys; keys of the previous one keep working'],
    ['drop-secret', 'ends the secret before; refused while it has keys'],
  ],
  actions: apiKeysActions,
  options: apiKeysOptions,
  details: apiKeysDetails,
  exitCodes: {
    0: 'done',
    1: 'there is no such key, or the change was refused',
    2: 'wrong options, or AWS refused a request',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: [failure(UnusableKeyFile), ...deployedFailures],
  interrupted: 'A change that was under way may have been made: list and history show it.',
  async run(given, io) {
    const options = apiKeysOptionsOf(given, io.clock.now());
    const { file } = options;
    if (file !== undefined) {
      const { action } = options;
      if (action === 'history' || action === 'rotate-secret' || action === 'drop-secret') {
        throw new BadArguments(`${action} does not take --file.`);
      }
      return (await changeKeyFile(file, options, io)) ? 0 : 1;
    }
    const client = new SSMClient({});
    try {
      return (await change(options, client, io)) ? 0 : 1;
    } catch (cause) {
      if (cause instanceof Unavailable || cause instanceof UnreadableFormat) throw cause;
      throw new Unavailable('AWS refused the request.', { cause });
    } finally {
      client.destroy();
    }
  },
});

/** @returns whether the change was made */
async function change(options: ApiKeysOptions, client: SSMClient, io: Io): Promise<boolean> {
  const { stage } = options;
  const parameters = openKeyParameters(client, stage);
  const now = io.clock.now();
  if (options.action === 'list') {
    await listKeys(parameters, now, options.isJson, io);
    return true;
  }
  const { store, caller } = await openBucket(stage, io);
  const log = createChangeLog(store, caller, io);
  const opened = { parameters, log, store, io };
  switch (options.action) {
    case 'create':
      await createKey(options, now, opened);
      return true;
    case 'rotate':
    case 'revoke': {
      const key = await findKey(options.id, parameters);
      if (key === undefined) {
        complain(io, `There is no key ${options.id}.`);
        return false;
      }
      await (options.action === 'revoke'
        ? revokeKey(key, opened)
        : rotateKey(key, { now, ...options }, opened));
      return true;
    }
    case 'rotate-secret':
      return rotateSecret(now, opened);
    case 'drop-secret':
      return dropSecret(options.isForced, opened);
    case 'history':
      await printHistory(log, options.isJson, io);
      return true;
  }
}

/** Opens the stage's bucket, and asks AWS for the identity of the caller. */
async function openBucket(
  stage: string,
  { env, clock }: Io,
): Promise<{ readonly store: ObjectStore; readonly caller: string }> {
  const { account, arn, region } = await callerIdentity();
  const bucketName = env['BUCKET_NAME'] || deployedNames(stage).bucketName(account, region);
  const { store } = await openDeployed({ kind: 'deployed', stage, bucketName }, clock);
  return { store, caller: arn };
}
