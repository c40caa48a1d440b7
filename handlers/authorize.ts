import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import { apiKeyFromHeader } from '../lib/domain/api-key.ts';
import { Unavailable } from '../lib/errors.ts';
import type { Authorize } from '../lib/pipeline/authorize/authorize.ts';
import { wiredAuthorize } from './wiring.ts';

/**
 * Context that the authorizer passes to the functions behind it; `http.ts` reads it. All values are text, as the
 * gateway requires.
 */
export type AuthorizerContext = {
  /** Customer of the key; empty if the request is refused. */
  readonly customerId: string;
  /** Words, separated by spaces. */
  readonly scopes: string;
  /** Names the key in the access log. */
  readonly keyId: string;
  /** `true`: the client is unknown, and the function has to answer 503. */
  readonly unavailable: 'true' | 'false';
};

export type AuthorizerAnswer = APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext>;

const nobody: AuthorizerContext = { customerId: '', scopes: '', keyId: '', unavailable: 'false' };

/**
 * The Lambda authorizer of the HTTP API, in the simple format. API Gateway caches its answer by the header with the key,
 * which is its identity source, so the answer depends on nothing else: it says what a key may do, and the function of a
 * route decides whether that is enough.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 *
 * It never fails: the gateway would answer a bare 500, which many log shippers do not repeat. If it cannot find out who
 * asks, it lets the request through to its function, which answers 503 without doing anything.
 */
export function authorizeHandler(
  wired: () => Promise<Authorize>,
): (event: APIGatewayRequestAuthorizerEventV2) => Promise<AuthorizerAnswer> {
  return async ({ identitySource }) => {
    const apiKey = apiKeyFromHeader(identitySource?.[0]);
    if (apiKey === undefined) return { isAuthorized: false, context: nobody };
    try {
      const grant = await (await wired())(apiKey);
      if (grant === undefined) return { isAuthorized: false, context: nobody };
      const { customerId, scopes, keyId } = grant;
      const context = { customerId, scopes: scopes.join(' '), keyId, unavailable: 'false' } as const;
      return { isAuthorized: true, context };
    } catch (error) {
      // The failure of the store is in the log already.
      if (!(error instanceof Unavailable)) console.error(error);
      return { isAuthorized: true, context: { ...nobody, unavailable: 'true' } };
    }
  };
}

export const handler = authorizeHandler(wiredAuthorize);
