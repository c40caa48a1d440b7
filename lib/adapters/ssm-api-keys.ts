import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { hashOfApiKey } from '../domain/api-key.ts';
import { parseCustomerId } from '../domain/customer-id.ts';
import { Unavailable } from '../errors.ts';
import type { ApiKeys } from '../ports/api-keys.ts';
import { maxAttempts, requestHandler } from './aws-requests.ts';

/**
 * API keys in the Parameter Store of AWS Systems Manager: a parameter a key, named by its hash under `path`, with the
 * customer's id as its value. Looked up at run time, so that a key that is revoked is soon no key any more.
 */
export function createSsmApiKeys(client: SSMClient, path: string): ApiKeys {
  return {
    async customerOf(apiKey) {
      try {
        const command = new GetParameterCommand({ Name: `${path}/${hashOfApiKey(apiKey)}` });
        const { Parameter } = await client.send(command);
        return parseCustomerId(Parameter?.Value ?? '');
      } catch (cause) {
        if (cause instanceof ParameterNotFound) return undefined;
        throw new Unavailable('The API key cannot be looked up.', { cause });
      }
    },
  };
}

/**
 * The same with a client of its own. Region and credentials are the environment's, as Lambda sets them;
 * `AWS_ENDPOINT_URL_SSM` names another endpoint.
 */
export function openSsmApiKeys(path: string): ApiKeys {
  return createSsmApiKeys(new SSMClient({ maxAttempts, requestHandler: requestHandler() }), path);
}
