import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { authorizeHandler, AuthorizerAnswer } from '../../handlers/authorize.ts';
import type { HttpHandler } from '../../handlers/http/http.ts';
import type { KeyHeader } from '../../handlers/http/route.ts';
import type { Clock } from '../../lib/ports/clock.ts';

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export interface GatewayOptions {
  readonly authorizer: ReturnType<typeof authorizeHandler>;
  /** Time for which it caches the authorizer's answer for a header, for all routes. */
  readonly rememberSeconds: number;
  readonly clock: Clock;
  /** The identity source; by default `authorization`. */
  readonly keyHeader?: KeyHeader;
}

/**
 * Creates a gateway that works like an HTTP API around a function whose route has a Lambda authorizer in the simple
 * format, with one header as its identity source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function createGateway({
  authorizer,
  rememberSeconds,
  clock,
  keyHeader = 'authorization',
}: GatewayOptions) {
  const remembered = new Map<string, { readonly answer: AuthorizerAnswer; readonly at: number }>();

  async function authorize(event: APIGatewayProxyEventV2, presented: string): Promise<AuthorizerAnswer> {
    const now = clock.now().getTime();
    const known = remembered.get(presented);
    if (known !== undefined && now - known.at < rememberSeconds * 1_000) return known.answer;
    const answer = await authorizer({
      ...event,
      type: 'REQUEST',
      routeArn: `arn:aws:execute-api:us-east-1:000000000000:api/$default/${event.routeKey}`,
      identitySource: [presented],
      cookies: [],
    });
    remembered.set(presented, { answer, at: now });
    return answer;
  }

  return async (event: APIGatewayProxyEventV2, handler: HttpHandler): Promise<GatewayAnswer> => {
    const presented = event.headers[keyHeader] ?? '';
    if (presented === '') return ownAnswer(401, 'Unauthorized');
    let answer: AuthorizerAnswer;
    try {
      answer = await authorize(event, presented);
    } catch {
      return ownAnswer(500, 'Internal Server Error'); // and is not cached
    }
    if (!answer.isAuthorized) return ownAnswer(403, 'Forbidden');
    const requestContext = { ...event.requestContext, authorizer: { lambda: answer.context } };
    const { statusCode = 200, headers = {}, body = '' } = await handler({ ...event, requestContext });
    return { status: statusCode, headers, body };
  };
}

function ownAnswer(status: number, message: string): GatewayAnswer {
  return { status, headers: {}, body: JSON.stringify({ message }) };
}
