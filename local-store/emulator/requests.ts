import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Admission, type AdmissionLimits } from './admission.ts';
import { standBeforeServers } from './gate.ts';
import { securityHeaders } from './security-headers.ts';

/** Watches over the requests that the emulator's HTTP servers get. */
export interface Requests {
  /** Takes no more requests and resolves when those that run have been answered, or after `timeoutMilliseconds`. */
  drain(timeoutMilliseconds: number): Promise<void>;
}

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: Server;
}

const channel = 'http.server.request.start';
const opaqueMediaType = 'application/octet-stream';

/**
 * Makes every request of this process arrive as API Gateway would deliver it.
 *
 * - serverless-offline decodes a body as UTF-8 text, which destroys compressed ones, and parses JSON bodies; but for
 *   `application/octet-stream`, which it hands over as it is. So that is what it sees; the function's event is made
 *   from the raw headers and has the real one. A body without a media type it takes for JSON; here it is what
 *   RFC 9110, section 8.3, lets it be.
 * - It answers every request that has an `origin` with CORS headers that let any web page read the answer. Without
 *   that header it does not.
 * - It takes who the caller is from the header `sls-offline-authorizer-override`, which is for the authorizer to say.
 *
 * Before all of that, the gate refuses what is not for this machine.
 *
 * @param allowedNames  host names in lower case that requests may be sent to, besides `localhost`
 */
export function acceptRequests(allowedNames: ReadonlySet<string>, limits: AdmissionLimits): Requests {
  const removeGate = standBeforeServers(allowedNames);
  const servers = new Set<Server>();
  const running = new Set<ServerResponse>();
  const admission = new Admission(limits);
  let onIdle = () => {};
  let isDraining = false;

  const onRequest = (message: unknown): void => {
    // The shape is that of the channel's documentation: https://nodejs.org/api/diagnostics_channel.html#http
    const { request, response, server } = message as RequestStart;
    const { method, headers, rawHeaders } = request;
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    if (method === 'POST') {
      if (!headers['content-type']) rawHeaders.push('content-type', opaqueMediaType);
      headers['content-type'] = opaqueMediaType;
    }
    delete headers.origin;
    dropAuthorizerOverride(rawHeaders);
    servers.add(server);
    admission.guard(server);
    running.add(response);
    if (isDraining) closeConnectionAfter(response);
    response.once('close', () => {
      running.delete(response);
      if (running.size === 0) onIdle();
    });
  };
  subscribe(channel, onRequest);

  return {
    async drain(timeoutMilliseconds) {
      isDraining = true;
      for (const response of running) closeConnectionAfter(response);
      for (const server of servers) {
        server.close();
        server.closeIdleConnections();
      }
      await new Promise<void>((resolve) => {
        if (running.size === 0) return resolve();
        onIdle = resolve;
        setTimeout(resolve, timeoutMilliseconds).unref();
      });
      for (const server of servers) server.closeAllConnections();
      unsubscribe(channel, onRequest);
      removeGate();
    },
  };
}

function dropAuthorizerOverride(rawHeaders: string[]): void {
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
    if (rawHeaders[at]?.toLowerCase() === 'sls-offline-authorizer-override') rawHeaders.splice(at, 2);
  }
}

/** Else a client that is always busy would go on with its open connection until the drain gives up. */
function closeConnectionAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
