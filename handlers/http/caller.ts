import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { customerScopes, parseScopes, type Scope } from '../../lib/domain/scope.ts';
import { CallerUnknown, MissingScope } from '../../lib/errors.ts';

/** The client and its rights, as the authorizer of a deployed pipeline reports them. */
export interface Caller {
  /** `undefined` on routes that have no authorizer. */
  readonly customer: string | undefined;
  readonly scopes: readonly Scope[];
  /** True if the authorizer could not find out who the client is. */
  readonly isUnknown: boolean;
}

/**
 * An event with the fields that API Gateway adds on routes with a Lambda authorizer; `AuthorizerContext` is their
 * shape.
 */
type AuthorizedEvent = APIGatewayProxyEventV2 & {
  readonly requestContext: {
    readonly authorizer?: { readonly lambda?: Readonly<Record<string, unknown>> | null };
  };
};

/** Time for which the gateway remembers an answer of the authorizer: `resultTtlInSeconds` in `serverless.yml`. */
export const authorizerSeconds = 60;

/** Reads the caller. Anybody can send a header, so a deployed function only trusts the authorizer. */
export function callerOf({ requestContext }: AuthorizedEvent): Caller {
  const { customerId, scopes: words, unavailable } = requestContext.authorizer?.lambda ?? {};
  return {
    customer: typeof customerId === 'string' ? customerId : undefined,
    // Only the authorizer of the previous version answered without scopes, and the gateway may still remember its
    // answer.
    scopes: typeof words === 'string' ? parseScopes(words) : customerScopes,
    isUnknown: unavailable === 'true',
  };
}

/**
 * Refuses a caller whose key does not allow a route.
 * @param oneOf  scopes, one of which the route requires; empty if any key suffices
 * @throws CallerUnknown  the authorizer could not find out who the client is
 * @throws MissingScope   the key has none of the scopes
 */
export function requireScope({ scopes, isUnknown }: Caller, oneOf: readonly Scope[] = []): void {
  if (isUnknown) throw new CallerUnknown(authorizerSeconds);
  if (oneOf.length > 0 && !oneOf.some((scope) => scopes.includes(scope))) throw new MissingScope(oneOf);
}
