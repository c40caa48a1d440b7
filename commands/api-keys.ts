/** The command `npm run api-keys`; what it does and takes is said in `api-keys/options.ts`. */
import { SSMClient } from '@aws-sdk/client-ssm';
import { Unavailable, UnreadableFormat } from '../lib/errors.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import { findKey, revokeKey, rotateKey } from './api-keys/change-key.ts';
import { createChangeLog } from './api-keys/change-log.ts';
import { dropSecret, rotateSecret } from './api-keys/change-secret.ts';
import { createKey } from './api-keys/create-key.ts';
import { openKeyParameters } from './api-keys/key-parameters.ts';
import { listKeys } from './api-keys/list-keys.ts';
import { help, parseOptions, type ApiKeysOptions } from './api-keys/options.ts';
import { printHistory } from './api-keys/print-history.ts';
import { callerIdentity } from './caller-identity.ts';
import { deployedNames } from './deployed-names.ts';
import { exitCodeOf } from './exit-code.ts';
import { openDeployed } from './open-deployed.ts';

const clock: Clock = { now: () => new Date() };

process.exitCode = await exitCodeOf(main);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), clock.now());
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  const client = new SSMClient({});
  try {
    return (await run(options, client)) ? 0 : 1;
  } catch (cause) {
    if (cause instanceof Unavailable || cause instanceof UnreadableFormat) throw cause;
    throw new Unavailable('AWS refused the request.', { cause });
  } finally {
    client.destroy();
  }
}

/** @returns whether it was done */
async function run(options: ApiKeysOptions, client: SSMClient): Promise<boolean> {
  const { stage } = options;
  const parameters = openKeyParameters(client, stage);
  const now = clock.now();
  if (options.action === 'list') {
    await listKeys(parameters, now, options.isJson);
    return true;
  }
  const { store, caller } = await openBucket(stage, process.env);
  const log = createChangeLog(store, caller, clock);
  const opened = { parameters, log, store };
  switch (options.action) {
    case 'create':
      await createKey(options, now, opened);
      return true;
    case 'rotate':
    case 'revoke': {
      const key = await findKey(options.id, parameters);
      if (key === undefined) {
        console.error(`There is no key ${options.id}.`);
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
      await printHistory(log, options.isJson);
      return true;
  }
}

/** The stage's bucket, and the caller as AWS knows them. */
async function openBucket(
  stage: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly store: ObjectStore; readonly caller: string }> {
  const { account, arn, region } = await callerIdentity();
  const bucketName = environment['BUCKET_NAME'] || deployedNames(stage).bucketName(account, region);
  const { store } = await openDeployed({ kind: 'deployed', stage, bucketName }, clock);
  return { store, caller: arn };
}
