import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { hasBody } from '../has-body.ts';
import { isBulkPath } from '../is-ingest-path.ts';
import { securityHeaders } from '../security-headers.ts';
import type { Refusal } from './refusal.ts';

/** The functions accept the same request ids. */
const requestIdPattern = /^[\x21-\x7e]{1,128}$/;

/** Time for a client that is still sending to read its answer. */
const lingerMilliseconds = 2_000;

/**
 * Answers instead of a function, and reads no more requests from the connection. It discards the rest of the body for
 * a moment: closing a connection with unread bytes would reset it, and the client would lose the answer.
 */
export function answerRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  // rsyslog takes any JSON without results for a final refusal, and loses the batch.
  const asText = refusal.status >= 500 && isBulkPath(request.url ?? '');
  const { headers, body } = describe(refusal, request.headers['x-request-id'], asText);
  response.writeHead(refusal.status, headers);
  if (hasBody(request)) closeSlowly(request);
  response.end(body);
}

/** Answers on a connection without a response object: an upgrade, or bytes that are not HTTP. */
export function answerOnSocket(socket: Duplex, refusal: Refusal, requestId?: string | string[]): void {
  const { headers, body } = describe(refusal, requestId);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const status = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n`;
  socket.end(`${status}${lines.join('')}\r\n${body}`, () => socket.destroy());
}

function describe(
  { errorCode, errorCategory, errorDescription, retryAfterSeconds, authenticateBy }: Refusal,
  givenId: string | string[] | undefined,
  asText = false,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const isUsable = typeof givenId === 'string' && requestIdPattern.test(givenId);
  const requestId = isUsable ? givenId : randomUUID();
  const body = asText
    ? errorDescription
    : JSON.stringify({ requestId, errorCategory, errorCode, errorDescription });
  const headers = {
    ...securityHeaders,
    'content-type': asText ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(authenticateBy === undefined ? {} : { 'www-authenticate': authenticateBy }),
    connection: 'close',
  };
  return { headers, body };
}

/** Closes the connection slowly. Node.js calls this method once the last answer is written. */
function closeSlowly({ socket }: IncomingMessage): void {
  socket.destroySoon = () => {
    socket.end();
    const lingering = setTimeout(() => socket.destroy(), lingerMilliseconds).unref();
    socket.once('close', () => clearTimeout(lingering));
  };
}
