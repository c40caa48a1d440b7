import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { customerScopes, parseScopes, type Scope } from '../../lib/domain/scope.ts';
import { presentsShareToken, shareTokenFromHeader } from '../../lib/domain/share-token.ts';
import { isSignedUnder } from '../../lib/domain/signed-text.ts';
import { CallerUnknown, LinkOnlyReads, LinkRefused, MissingScope } from '../../lib/errors.ts';

/** The client and its rights, as the authorizer of a deployed pipeline reports them. */
export interface Caller {
  /** `undefined` on routes that have no authorizer. */
  readonly customer: string | undefined;
  readonly scopes: readonly Scope[];
  /** End of the share link by which the client reads; `undefined` if it has none. */
  readonly sharedUntil: Date | undefined;
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
  const { customerId, scopes: words, sharedUntil, unavailable } = requestContext.authorizer?.lambda ?? {};
  return {
    customer: typeof customerId === 'string' ? customerId : undefined,
    // Only the authorizer of the previous version answered without scopes, and the gateway may still remember its
    // answer.
    scopes: typeof words === 'string' ? parseScopes(words) : customerScopes,
    sharedUntil: typeof sharedUntil === 'string' && sharedUntil !== '' ? new Date(sharedUntil) : undefined,
    isUnknown: unavailable === 'true',
  };
}

/**
 * Reads the caller where there are no API keys: whoever presents a share link is a reader of its customer, whatever
 * `x-customer-id` says. Returns `undefined` for a request without a link; then that header names the customer.
 * @param secrets  the secrets that sign share links
 * @throws LinkRefused  no secret signed the link
 */
export function callerByLink(
  authorization: string | undefined,
  secrets: readonly Uint8Array[],
): Caller | undefined {
  if (!presentsShareToken(authorization)) return undefined;
  const token = shareTokenFromHeader(authorization);
  const isGenuine = token !== undefined && isSignedUnder(token.text, secrets);
  if (!isGenuine || token.keyId !== undefined) throw new LinkRefused('invalid');
  return { customer: token.customerId, scopes: ['read'], sharedUntil: token.expiresAt, isUnknown: false };
}

const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** A request whose caller is known. */
interface Asked {
  readonly method: string;
  /** Scopes, one of which the route requires; empty if any key suffices, absent if no key is needed. */
  readonly oneOf: readonly Scope[] | undefined;
  readonly now: Date;
}

/**
 * Refuses a caller whose key or share link does not allow a request. A link only reaches routes that read the counts, and
 * it ends at its instant, also while the gateway still remembers the authorizer's answer.
 * @throws CallerUnknown  the authorizer could not find out who the client is
 * @throws MissingScope   the key has none of the scopes
 * @throws LinkRefused    the link has expired
 * @throws LinkOnlyReads  the link does not allow the request
 */
export function requireScope(
  { scopes, sharedUntil, isUnknown }: Caller,
  { method, oneOf, now }: Asked,
): void {
  if (isUnknown) throw new CallerUnknown(authorizerSeconds);
  if (oneOf === undefined) return;
  if (sharedUntil !== undefined) {
    if (sharedUntil <= now) throw new LinkRefused('expired');
    // The emulator passes HEAD to the functions, where other servers pass GET.
    if (!readingMethods.has(method) || !oneOf.includes('read')) throw new LinkOnlyReads();
  }
  if (oneOf.length > 0 && !oneOf.some((scope) => scopes.includes(scope))) throw new MissingScope(oneOf);
}
