import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import { apiKeyFromHeader } from '../lib/domain/api-key.ts';
import type { ApiKeys } from '../lib/ports/api-keys.ts';
import { wiredApiKeys } from './wiring.ts';

/** What the functions behind the authorizer get of it; nobody, where nobody is let in. */
export interface Authorized {
  readonly customerId: string;
}

/**
 * The Lambda authorizer of the HTTP API: finds out whose API key it is, in the simple format, which API Gateway caches.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function authorizeHandler(
  apiKeys: () => Promise<ApiKeys>,
): (
  event: APIGatewayRequestAuthorizerEventV2,
) => Promise<APIGatewaySimpleAuthorizerWithContextResult<Authorized>> {
  return async ({ headers }) => {
    const apiKey = apiKeyFromHeader(headers?.['authorization']);
    const customerId = apiKey === undefined ? undefined : await (await apiKeys()).customerOf(apiKey);
    return { isAuthorized: customerId !== undefined, context: { customerId: customerId ?? '' } };
  };
}

export const handler = authorizeHandler(wiredApiKeys);
