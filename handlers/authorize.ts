import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import { credentialFromHeader, type Grant } from '../lib/domain/grant.ts';
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
  /** Names the key in the access log, or the share link by the key that made it. */
  readonly keyId: string;
  /** End of a share link, as ISO 8601; empty for an API key. */
  readonly sharedUntil: string;
  /** `true`: the client is unknown, and the function has to answer 503. */
  readonly unavailable: 'true' | 'false';
};

export type AuthorizerAnswer = APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext>;

const nobody: AuthorizerContext = {
  customerId: '',
  scopes: '',
  keyId: '',
  sharedUntil: '',
  unavailable: 'false',
};

/** Returns what the authorizer passes on for a caller with rights. */
export function contextOf({ customerId, scopes, keyId, sharedUntil }: Grant): AuthorizerContext {
  const until = sharedUntil?.toISOString() ?? '';
  return { customerId, scopes: scopes.join(' '), keyId, sharedUntil: until, unavailable: 'false' };
}

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
    const credential = credentialFromHeader(identitySource?.[0]);
    if (credential === undefined) return { isAuthorized: false, context: nobody };
    try {
      const grant = await (await wired())(credential);
      if (grant === undefined) return { isAuthorized: false, context: nobody };
      return { isAuthorized: true, context: contextOf(grant) };
    } catch (error) {
      // The failure of the store is in the log already.
      if (!(error instanceof Unavailable)) console.error(error);
      return { isAuthorized: true, context: { ...nobody, unavailable: 'true' } };
    }
  };
}

export const handler = authorizeHandler(wiredAuthorize);
