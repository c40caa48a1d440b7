import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Admission, type AdmissionLimits } from '../../http-server/admission.ts';
import { standBeforeServers } from '../../http-server/gate.ts';
import { securityHeaders } from '../../http-server/security-headers.ts';

/** Watches the requests to the emulator's HTTP servers. */
export interface Requests {
  /**
   * Accepts no more requests, and resolves when those that run have been answered, or after `timeoutMilliseconds`.
   */
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
 * - serverless-offline decodes a body as UTF-8 text, which destroys compressed ones, and parses JSON bodies. It
 *   leaves
 *   `application/octet-stream` alone, so that is the type it sees here; the function's event is made from the raw
 *   headers and has the real one. It takes a body without a media type for JSON; here the type stays open, as RFC
 * 9110,
 *   section 8.3, allows.
 * - It answers every request that has an `origin` with CORS headers that let any web page read the answer. Without
 *   that header it does not.
 * - It answers a `range` with a part of the answer, which a gateway does not. Without that header it does not either.
 * - It lets the header `sls-offline-authorizer-override` set the caller, which only the authorizer may do.
 *
 * Before all of that, the gate refuses requests that are not meant for this machine.
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
    // The channel's documentation defines the shape: https://nodejs.org/api/diagnostics_channel.html#http
    const { request, response, server } = message as RequestStart;
    const { method, headers, rawHeaders } = request;
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    if (method !== 'GET' && method !== 'HEAD') {
      if (!headers['content-type']) {
        dropHeader('content-type', rawHeaders); // it may be there without a value
        rawHeaders.push('content-type', opaqueMediaType);
      }
      headers['content-type'] = opaqueMediaType;
    }
    delete headers.origin;
    delete headers.range;
    dropHeader('sls-offline-authorizer-override', rawHeaders);
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

function dropHeader(name: string, rawHeaders: string[]): void {
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
    if (rawHeaders[at]?.toLowerCase() === name) rawHeaders.splice(at, 2);
  }
}

/**
 * Closes the connection after the response. Otherwise a busy client could keep using it until the drain times out.
 */
function closeConnectionAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
