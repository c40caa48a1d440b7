import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { answerOnSocket, answerRefusal } from './gate/answer-refusal.ts';
import { judgeRequest } from './gate/judge-request.ts';
import { malformed } from './gate/malformed.ts';
import type { Refusal } from './gate/refusal.ts';

/** Messages of both channels contain a server: https://nodejs.org/api/diagnostics_channel.html#built-in-channels */
const channels = ['net.server.socket', 'http.server.request.start'];

/**
 * Guards every HTTP server of this process, whoever created it, from its first connection on. Nothing behind the gate
 * sees a request that `judgeRequest` refuses, and nothing reads its body.
 *
 * @param allowedNames  host names in lower case, besides `localhost`
 * @returns a function that stops the gate from guarding servers that have had no connection yet
 */
export function standBeforeServers(allowedNames: ReadonlySet<string>): () => void {
  const guarded = new WeakSet<Server>();
  const onMessage = (message: unknown): void => {
    const { server, socket } = message as { server?: unknown; socket?: { server?: unknown } };
    const found = server ?? socket?.server;
    if (!(found instanceof Server || found instanceof TlsServer) || guarded.has(found)) return;
    guarded.add(found);
    guardServer(found, allowedNames);
  };
  for (const channel of channels) subscribe(channel, onMessage);
  return () => {
    for (const channel of channels) unsubscribe(channel, onMessage);
  };
}

/**
 * Guards one server, before its first connection. It replaces the server's `emit`, which passes everything that the
 * server reads to its listeners. So the gate also guards listeners that are added or replaced later.
 */
export function guardServer(server: Server, allowedNames: ReadonlySet<string>): void {
  // Node.js would answer two kinds of requests by itself: those without a host, and those that expect anything other
  // than `100-continue`.
  Object.assign(server, { requireHostHeader: false });
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));

  const judge = ({ method = '', url = '', rawHeaders }: IncomingMessage): Refusal | undefined =>
    judgeRequest({ method, target: url, rawHeaders }, allowedNames);
  const answering = new WeakMap<Socket, Set<Exchange>>();
  const pass: (event: string, ...parts: unknown[]) => boolean = server.emit.bind(server);

  server.emit = (event: string, ...parts: unknown[]): boolean => {
    switch (event) {
      case 'request':
      case 'checkContinue': {
        const [request, response] = parts as [IncomingMessage, ServerResponse];
        const { socket } = request;
        const exchanges = answering.get(socket) ?? new Set();
        const exchange = { request, response };
        answering.set(socket, exchanges.add(exchange));
        response.once('close', () => exchanges.delete(exchange));
        const refusal = judge(request);
        if (refusal === undefined) break;
        answerRefusal(request, response, refusal);
        return true;
      }
      case 'upgrade':
      case 'connect': {
        const [request, socket] = parts as [IncomingMessage, Socket];
        const refusal = judge(request);
        if (refusal === undefined) break;
        answerOnSocket(socket, refusal, request.headers['x-request-id']);
        return true;
      }
      case 'clientError': {
        const [error, socket] = parts as [Error, Socket];
        const exchanges = [...(answering.get(socket) ?? [])];
        const whole = exchanges.findLast(({ request }) => request.complete);
        if (whole !== undefined && socket.writable) {
          closeAfter(whole);
          return true;
        }
        const [exchange] = exchanges;
        if (exchange?.response.headersSent === true) break; // the answer has begun
        if (socket.writable)
          answerOnSocket(socket, malformed(error, exchange?.request), requestIdOf(exchange));
        else socket.destroy(error);
        return true;
      }
    }
    return pass(event, ...parts);
  };
}

/** A request and its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Closes a connection once a request is answered, and those before it are. Bytes behind a whole request that are not one
 * have no answer: it would stand in the place of one that says whether a batch was stored.
 */
function closeAfter({ response }: Exchange): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}

function requestIdOf(exchange: Exchange | undefined): string | string[] | undefined {
  return exchange?.request.headers['x-request-id'];
}
