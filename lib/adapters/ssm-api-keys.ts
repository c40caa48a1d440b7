import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { decodeApiKeyRecord } from '../domain/api-key-record.ts';
import { decodeInstallationSecrets, secretsParameterOf } from '../domain/installation-secrets.ts';
import { Unavailable } from '../errors.ts';
import type { ApiKeys } from '../ports/api-keys.ts';
import { requestHandler } from './aws-requests.ts';

/** The authorizer has ten seconds for two or three look-ups and a copy in the object store. */
const lookUpMilliseconds = 2_000;

/**
 * Creates the store of API keys in the Parameter Store of AWS Systems Manager: one parameter per record under `path`,
 * and all secrets in one encrypted parameter beside it.
 */
export function createSsmApiKeys(client: SSMClient, path: string): ApiKeys {
  async function read(Name: string): Promise<string | undefined> {
    try {
      const command = new GetParameterCommand({ Name, WithDecryption: true });
      const { Parameter } = await client.send(command, {
        abortSignal: AbortSignal.timeout(lookUpMilliseconds),
      });
      return Parameter?.Value ?? '';
    } catch (cause) {
      if (cause instanceof ParameterNotFound) return undefined;
      throw new Unavailable('Parameter Store does not answer.', { cause });
    }
  }

  return {
    async find(name) {
      const text = await read(`${path}/${name}`);
      return text === undefined ? undefined : decodeApiKeyRecord(name, text);
    },
    async secrets() {
      const text = await read(secretsParameterOf(path));
      return text === undefined ? [] : decodeInstallationSecrets(text);
    },
  };
}

/**
 * Opens the store of API keys with its own client. Region and credentials come from the environment, as Lambda sets
 * them.
 */
export function openSsmApiKeys(path: string): ApiKeys {
  return createSsmApiKeys(new SSMClient({ maxAttempts: 2, requestHandler: requestHandler() }), path);
}
