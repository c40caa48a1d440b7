/** The command `npm run api-keys`; what it does and takes is said in `api-keys/options.ts`. */
import {
  DeleteParameterCommand,
  paginateGetParametersByPath,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { randomBytes } from 'node:crypto';
import { apiKeyOf, hashOfApiKey } from '../lib/domain/api-key.ts';
import { Unavailable } from '../lib/errors.ts';
import { help, parseOptions, type ApiKeysOptions } from './api-keys/options.ts';
import { exitCodeOf } from './exit-code.ts';

/** A key as it is kept. */
interface KeptKey {
  readonly name: string;
  readonly customerId: string;
}

/** So much of its hash names a key among others. */
const idLength = 12;

process.exitCode = await exitCodeOf(main);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  const client = new SSMClient({});
  try {
    return await run(options, client);
  } catch (cause) {
    throw new Unavailable('AWS did not do it.', { cause });
  } finally {
    client.destroy();
  }
}

async function run(options: ApiKeysOptions, client: SSMClient): Promise<number> {
  const { path } = options;
  switch (options.action) {
    case 'create': {
      const apiKey = apiKeyOf(randomBytes(32));
      const Name = `${path}/${hashOfApiKey(apiKey)}`;
      await client.send(new PutParameterCommand({ Name, Value: options.customerId, Type: 'String' }));
      console.log(apiKey);
      console.error(`The key of ${options.customerId}, ${idOf({ name: Name })}. It is not shown again.`);
      return 0;
    }
    case 'list':
      for (const key of await keysUnder(path, client)) console.log(`${idOf(key)}  ${key.customerId}`);
      return 0;
    case 'revoke': {
      const key = (await keysUnder(path, client)).find((each) => idOf(each) === options.id);
      if (key === undefined) {
        console.error(`There is no key ${options.id}.`);
        return 1;
      }
      await client.send(new DeleteParameterCommand({ Name: key.name }));
      console.log(`The key ${options.id} of ${key.customerId} is revoked.`);
      return 0;
    }
  }
}

async function keysUnder(path: string, client: SSMClient): Promise<KeptKey[]> {
  const keys: KeptKey[] = [];
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path: path })) {
    keys.push(...Parameters.map(({ Name = '', Value = '' }) => ({ name: Name, customerId: Value })));
  }
  return keys;
}

function idOf({ name }: Pick<KeptKey, 'name'>): string {
  return name.slice(name.lastIndexOf('/') + 1).slice(0, idLength);
}
