import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { securityHeaders } from '../../http-server/security-headers.ts';
import type { Logger } from '../../lib/logger.ts';
import { messageOf } from '../../lib/message-of.ts';
import { CannotStart } from '../cannot-start.ts';
import { listen } from '../http/listen.ts';
import type { AdminCall } from './admin-call.ts';
import { readBody } from './read-body.ts';

/** Answers of the internal port. */
export interface AdminAnswers {
  /** Returns what keeps this process from working; empty if it is ready. */
  readonly problems: () => Promise<readonly string[]>;
  /** Returns metrics in the text format of Prometheus. */
  readonly metrics: () => Promise<string>;
  /** Functions that take a `POST`, by path. */
  readonly calls?: ReadonlyMap<string, AdminCall>;
}

export interface AdminServerOptions extends AdminAnswers {
  readonly host: string;
  readonly port: number;
  readonly logger: Logger;
}

/** The internal port of a process. */
export interface AdminServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** More than a call of 500 partials has, except of the largest. */
const maxCallBytes = 32 * 1024 * 1024;
const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Starts the internal port: `/health` (this process answers), `/ready` (it can do its work now) and `/metrics`, and the
 * functions of its roles. Anyone who can reach it may ask.
 * @throws CannotStart  it cannot listen there; the message says why
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { host, port, problems, metrics, calls, logger } = options;
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000 }, (request, response) => {
    const path = request.url?.split('?', 1)[0];
    const answer = async () => {
      const call = calls?.get(path ?? '');
      if (call !== undefined) return answerCall(request, response, call);
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return answerJson(response, 405, { status: 'use GET' });
      switch (path) {
        case '/health':
          return answerJson(response, 200, { status: 'ok' });
        case '/ready': {
          const found = await problems();
          return found.length === 0
            ? answerJson(response, 200, { status: 'ready' })
            : answerJson(response, 503, { status: 'not ready', problems: found });
        }
        case '/metrics':
          return answerText(response, 200, metricsType, await metrics());
        case undefined:
        default:
          return answerJson(response, 404, { status: 'there are /health, /ready and /metrics' });
      }
    };
    answer().catch((error: unknown) => {
      logger.warn('A request to the internal port failed', { path, error });
      answerJson(response, 503, { status: 'failed' });
    });
  });
  try {
    await listen(server, host, port);
  } catch (cause) {
    throw new CannotStart(`The internal port cannot be opened. ${messageOf(cause)} ADMIN_PORT sets it.`, {
      cause,
    });
  }
  return {
    // It listens on a port, so its address is not that of a pipe.
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answerCall(
  request: IncomingMessage,
  response: ServerResponse,
  call: AdminCall,
): Promise<void> {
  if (request.method !== 'POST') return answerJson(response, 405, { status: 'use POST' });
  const body = await readBody(request, maxCallBytes);
  if (body === undefined) return answerJson(response, 413, { status: `more than ${maxCallBytes} bytes` });
  const answer = await call(body);
  answerJson(response, answer.status, answer.body);
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  answerText(response, status, 'application/json', JSON.stringify(body));
}

function answerText(response: ServerResponse, status: number, type: string, body: string): void {
  const length = Buffer.byteLength(body);
  const headers = { 'content-type': type, 'content-length': length, 'cache-control': 'no-store' };
  response.writeHead(status, { ...securityHeaders, ...headers });
  response.end(body);
}
