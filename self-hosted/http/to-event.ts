import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { AuthorizerContext } from '../../handlers/authorize.ts';
import type { RouteMatch } from './match-route.ts';

/** A request that has arrived as a whole. */
export interface ReceivedRequest {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly match: RouteMatch;
  readonly body: Buffer;
  /** The caller; `undefined` where no key is needed. */
  readonly authorizer: AuthorizerContext | undefined;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Makes the event that API Gateway would make of a request (HTTP API, payload format 2.0). A body is always in base64,
 * so its bytes stay the same for any type.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toEvent(received: ReceivedRequest, now: Date): APIGatewayProxyEventV2 {
  const { request, path, match, body, authorizer } = received;
  const { method = '', url = '' } = request;
  const rawQueryString = queryOf(url);
  const { headers, cookies } = joinHeaders(request.rawHeaders);
  const host = headers['host'] ?? '';
  return {
    version: '2.0',
    routeKey: match.routeKey,
    rawPath: path,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters: parametersIn(rawQueryString) }),
    ...(match.pathParameters !== undefined && { pathParameters: { ...match.pathParameters } }),
    requestContext: {
      accountId: 'self-hosted',
      apiId: 'self-hosted',
      domainName: host,
      domainPrefix: host.split('.', 1)[0] ?? '',
      http: {
        // A function answers HEAD as it answers GET; the server leaves the body out.
        method: method === 'HEAD' ? 'GET' : method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: match.routeKey,
      stage: '$default',
      time: toClfTime(now),
      timeEpoch: now.getTime(),
      // The types of API Gateway have this member only if a Lambda authorizer is declared.
      ...(authorizer !== undefined && { authorizer: { lambda: authorizer } }),
    },
    ...(body.length > 0
      ? { body: body.toString('base64'), isBase64Encoded: true }
      : { isBase64Encoded: false }),
  };
}

function queryOf(target: string): string {
  if (!target.includes('?')) return '';
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(target) ?? [];
  return query;
}

/** Decodes the parameters; the values of one that came more than once are joined with commas. */
function parametersIn(query: string): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(parameters);
}

/** Returns headers by their names in lower case; the values of one that came more than once are joined with commas. */
function joinHeaders(rawHeaders: readonly string[]): {
  readonly headers: Record<string, string>;
  readonly cookies: string[];
} {
  // Without a prototype, no name has another meaning.
  const headers = Object.create(null) as Record<string, string>;
  const cookies: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const before = headers[name];
    if (name === 'cookie') cookies.push(...value.split(/; */));
    else headers[name] = before === undefined ? value : `${before},${value}`;
  }
  return { headers, cookies };
}

/** Creates a function that writes a time as API Gateway does, `12/Mar/2020:19:03:58 +0000`, once a second. */
function createClfTime(): (time: Date) => string {
  let last = { second: Number.NaN, text: '' };
  return (time) => {
    const second = Math.floor(time.getTime() / 1_000);
    if (second !== last.second) {
      const iso = time.toISOString();
      const text = `${iso.slice(8, 10)}/${months[time.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
      last = { second, text };
    }
    return last.text;
  };
}

const toClfTime = createClfTime();
