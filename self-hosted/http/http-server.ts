import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthorizerContext } from '../../handlers/authorize.ts';
import type { KeyHeader } from '../../handlers/http/route.ts';
import { respondToFailure } from '../../handlers/http/respond.ts';
import {
  Admission,
  headersTimeoutMilliseconds,
  requestTimeoutMilliseconds,
  type AdmissionLimits,
} from '../../http-server/admission.ts';
import { guardServer } from '../../http-server/gate.ts';
import { answerRefusal } from '../../http-server/gate/answer-refusal.ts';
import { invalid } from '../../http-server/gate/refusal.ts';
import { pathOfTarget } from '../../http-server/gate/request-target.ts';
import { hasBody } from '../../http-server/has-body.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Authorizer } from './authorizer.ts';
import type { HttpFunctions } from './functions.ts';
import { listen } from './listen.ts';
import { matchRoute } from './match-route.ts';
import { Drain } from './drain.ts';
import { toEvent } from './to-event.ts';
import { writeResult } from './write-result.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 chooses a free one. */
  readonly port: number;
  readonly functions: HttpFunctions;
  /** Without it, the header `x-customer-id` names the customer. */
  readonly authorizer: Authorizer | undefined;
  /** Host names in lower case that requests may be sent to, besides `localhost` and addresses. */
  readonly allowedNames: ReadonlySet<string>;
  readonly limits: AdmissionLimits;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The public HTTP server of one process. */
export interface HttpServer {
  readonly port: number;
  /** Accepts no more requests, and resolves when those that run are answered, or after `timeoutMilliseconds`. */
  stop(timeoutMilliseconds: number): Promise<void>;
}

/**
 * Longer than a load balancer keeps an idle connection (60 s); otherwise it could send a request on one that is
 * closing.
 */
const keepAliveMilliseconds = 75_000;
/** Maximum number of requests on a connection; the client then opens another one, which may reach another process. */
const maxRequestsPerConnection = 10_000;
/** Maximum time without traffic on a connection with a request. */
const inactivityMilliseconds = 120_000;
/** Interval at which Node.js looks for requests that are too slow. */
const checkConnectionsMilliseconds = 5_000;

/**
 * Starts the server: turns requests into events of API Gateway and calls the functions behind the routes.
 *
 * Before its body is read, a request passes the gate, which refuses requests that are not meant for this server or
 * contradict themselves, and then the authorizer. The body is then received within the limits.
 * @throws CannotStart  it cannot listen there; the message says why
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, functions, authorizer, allowedNames, limits, clock, logger } = options;
  const admission = new Admission(limits);
  const server = createServer({
    keepAliveTimeout: keepAliveMilliseconds,
    headersTimeout: headersTimeoutMilliseconds,
    requestTimeout: requestTimeoutMilliseconds,
    connectionsCheckingInterval: checkConnectionsMilliseconds,
  });
  server.timeout = inactivityMilliseconds;
  guardServer(server, allowedNames);
  const drain = new Drain(server, maxRequestsPerConnection);

  const serve = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    drain.watch(request, response);
    const { method = '', url = '' } = request;
    const path = pathOfTarget(url);
    const match = matchRoute(method, path);
    if (match === undefined) {
      return answerRefusal(request, response, invalid(false, 'A part of the path is not encoded correctly.'));
    }
    let context: AuthorizerContext | undefined;
    if (authorizer !== undefined && match.needsKey) {
      const decided = authorizer(keyOf(request, match.keyHeader), match.keyHeader);
      if (decided.kind === 'refused') return answerRefusal(request, response, decided.refusal);
      ({ context } = decided);
    }
    admission.admit(request, response, expectsContinue, () => {
      readWhole(request, (body) => {
        const event = toEvent({ request, path, match, body, authorizer: context }, clock.now());
        functions[match.functionName](event).then(
          (result) => writeResult(response, result),
          (error: unknown) => {
            // Functions answer all failures themselves, so the fault is in the code around them.
            logger.error('A function rejected', { function: match.functionName, error });
            const { requestId } = event.requestContext;
            const { status, headers, body } = respondToFailure(error, requestId, 'QRY_1000');
            writeResult(response, { statusCode: status, headers: { ...headers }, body });
          },
        );
      });
    });
  };
  server.on('request', serve(false));
  server.on('checkContinue', serve(true));

  await listen(server, host, port);
  server.on('error', (error) => logger.error('The HTTP server failed', { error }));
  return { port: portOf(server), stop: (timeoutMilliseconds) => drain.stop(timeoutMilliseconds) };
}

const noBody = Buffer.alloc(0);

/** Reads a body that has arrived. If the connection ends meanwhile, nobody waits for an answer. */
function readWhole(request: IncomingMessage, onRead: (body: Buffer) => void): void {
  if (!hasBody(request)) return onRead(noBody); // reading nothing is a tenth of the work on a small request
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => onRead(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
}

/**
 * Returns the header with the key; if it was sent more than once, all of its values together, which are not a valid
 * key.
 */
function keyOf({ headersDistinct }: IncomingMessage, name: KeyHeader): string | undefined {
  return headersDistinct[name]?.join(', ');
}

function portOf(server: Server): number {
  // It listens on a port, so its address is not that of a pipe.
  return (server.address() as AddressInfo).port;
}
