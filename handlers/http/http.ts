import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { parseCustomerId, type CustomerId } from '../../lib/domain/customer-id.ts';
import { InvalidRequest } from '../../lib/errors.ts';
import { callerByLink, callerOf, requireScope } from './caller.ts';
import { requireKnownParameters } from './parameters.ts';
import { respondToFailure, type Answer, type ErrorAnswer } from './respond.ts';
import type { Route } from './route.ts';
import { logWithoutApp, type App } from '../wiring.ts';

/** A request as the functions see it. */
export interface HttpRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** Parameters of the route's path, decoded. */
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The customer that the header or, once deployed, the authorizer names. */
  readonly customer: string | undefined;
  /** True for an operator, who may list all customers. */
  readonly mayListCustomers: boolean;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The client's address and agent, for telling clients apart. */
  readonly sender: string;
  /** The bytes as they were received. */
  readonly body: Buffer;
}

/** The part of its route that the frame of a function needs; `other` stands for all routes that are not served. */
export type ServedRoute = Pick<
  Route,
  'invalidRequestCode' | 'scopes' | 'query' | 'refusesUnknownParameters'
> & {
  readonly name: Route['name'] | 'other';
};

export type HttpHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** Writes an error in the form of a protocol, and gives it the status to which the protocol's senders react as they should. */
export type ErrorForm = (
  error: ErrorAnswer,
  request: { readonly headers: HttpRequest['headers']; readonly now: Date },
) => Answer;

/** Visible ASCII, so that a client's id can appear unchanged in headers and log lines. */
export const requestIdPattern = /^[\x21-\x7e]{1,128}$/;

/**
 * Wraps the function of a route with everything that all functions need: request id, errors, metrics. It never
 * rejects.
 * @param errorForm  the form of errors, where the route has one of its own
 */
export function httpHandler(
  wired: () => Promise<App>,
  route: ServedRoute,
  handle: (request: HttpRequest, app: App) => Promise<Answer>,
  errorForm: ErrorForm = (error) => error,
): HttpHandler {
  const { name, invalidRequestCode, scopes } = route;
  return async (event) => {
    const startedAt = performance.now();
    const requestId = requestIdOf(event);
    let app: App;
    try {
      app = await wired();
    } catch (failure) {
      logWithoutApp('The function could not be set up', { requestId, error: failure });
      const error = respondToFailure(failure, requestId, invalidRequestCode);
      return toResult(errorForm(error, { headers: event.headers, now: new Date() }), requestId);
    }
    const { method } = event.requestContext.http;
    const path = event.rawPath;
    const allowed = async () => {
      const { headers } = event;
      // Where no key is needed, nobody looks at what a client presents.
      const presented = scopes === undefined ? undefined : headers['authorization'];
      const caller = app.hasAuthorizer ? callerOf(event) : callerByLink(presented, app.linkSecrets);
      if (caller !== undefined) requireScope(caller, { method, oneOf: scopes, now: app.clock.now() });
      // Without keys, as on a laptop, the header names the customer.
      const customer = caller === undefined ? headers['x-customer-id'] : caller.customer;
      const mayListCustomers = caller === undefined || caller.scopes.includes('operate');
      const request = toRequest(event, { requestId, customer, mayListCustomers });
      if (route.refusesUnknownParameters === true)
        requireKnownParameters(request.query, event.rawQueryString, route.query);
      return handle(request, app);
    };
    const answer = await allowed().catch((failure: unknown): Answer => {
      const error = respondToFailure(failure, requestId, invalidRequestCode);
      if (error.status >= 500)
        app.logger.error('A request failed', { requestId, method, path, error: failure });
      return {
        ...errorForm(error, { headers: event.headers, now: app.clock.now() }),
        errorCode: error.errorCode,
      };
    });

    const labels = { route: name, status: String(answer.status), error_code: answer.errorCode ?? '' };
    app.metrics.httpRequests.inc(labels);
    app.metrics.httpRequestDuration.observe(labels, (performance.now() - startedAt) / 1_000);
    await app.metrics.flush();
    app.logger.debug('Answered', {
      requestId,
      method,
      path,
      status: answer.status,
      errorCode: answer.errorCode,
    });
    return toResult(answer, requestId);
  };
}

/**
 * Keeps browsers from treating an answer as anything else than its media type, because it may contain text of
 * strangers.
 */
const headersOfAll = { 'x-content-type-options': 'nosniff' };

function toResult({ status, headers, body }: Answer, requestId: string): APIGatewayProxyStructuredResultV2 {
  const answered = {
    statusCode: status,
    headers: { ...headers, ...headersOfAll, 'x-request-id': requestId },
  };
  return typeof body === 'string'
    ? { ...answered, body }
    : { ...answered, body: body.toString('base64'), isBase64Encoded: true };
}

/** The part of a request that names its customer, for the message of a refusal. */
export interface CustomerPlace {
  readonly field: string;
  /** Subject of the sentence that says what is wrong with it. */
  readonly subject: string;
}

/**
 * Returns the customer whose traffic the request is about.
 * @param place  the part of the request that names it, if that is not our own header
 * @throws InvalidRequest  no customer is named, or it is not a customer id
 */
export function requireCustomer(
  { customer }: Pick<HttpRequest, 'customer'>,
  { field, subject }: CustomerPlace = { field: 'x-customer-id', subject: 'The header x-customer-id' },
): CustomerId {
  const customerId = customer === undefined ? undefined : parseCustomerId(customer);
  if (customerId !== undefined) return customerId;
  const reason = customer === undefined ? 'is required' : 'must be 1–128 characters of A–Z a–z 0–9 . _ - %';
  throw new InvalidRequest(`${subject} ${reason}.`, [{ field, reason }]);
}

function requestIdOf({ headers }: APIGatewayProxyEventV2): string {
  const given = headers['x-request-id'];
  return given !== undefined && requestIdPattern.test(given) ? given : randomUUID();
}

function toRequest(
  event: APIGatewayProxyEventV2,
  known: Pick<HttpRequest, 'requestId' | 'customer' | 'mayListCustomers'>,
): HttpRequest {
  const { headers, body, isBase64Encoded, requestContext, rawPath, pathParameters, queryStringParameters } =
    event;
  return {
    ...known,
    method: requestContext.http.method,
    path: rawPath,
    pathParameters: pathParameters ?? {},
    query: queryStringParameters ?? {},
    headers,
    sender: `${requestContext.http.sourceIp} ${headers['user-agent'] ?? ''}`,
    // The emulator passes `null` where the types promise that it is absent.
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}
