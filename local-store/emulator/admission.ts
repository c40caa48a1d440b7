import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Bodies that are received and worked on at one time: some hundred of the largest batches. */
const maxBytesUnderWay = 256 * 1024 * 1024;

/** What the emulator takes of a body. */
const largestBody = 10 * 1024 * 1024;

/** What a body counts for whose length is not said before: one of the largest batches. */
const unsaidBytes = 2 * 1024 * 1024;

const retryAfterSeconds = 1;

/**
 * Keeps the memory bounded that bodies take: the emulator receives a body whole before a function sees it. A request
 * that would be too much is answered 503 before any of its body is read. What a client has given up is not counted any
 * more, though a function may still work on it: that is for the function to bound.
 */
export class Admission {
  readonly #guarded = new WeakSet<Server>();
  #bytesUnderWay = 0;

  /** Puts itself before the server's own listener. */
  guard(server: Server): void {
    if (this.#guarded.has(server)) return;
    this.#guarded.add(server);
    const listeners = server.listeners('request');
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const bytes = bodyBytes(request);
      if (bytes > 0 && this.#bytesUnderWay + bytes > maxBytesUnderWay) return refuse(response);
      this.#bytesUnderWay += bytes;
      response.once('close', () => (this.#bytesUnderWay -= bytes));
      for (const listener of listeners) listener.call(server, request, response);
    });
  }
}

function bodyBytes({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return unsaidBytes;
  return Math.min(Number(headers['content-length'] ?? 0), largestBody);
}

function refuse(response: ServerResponse): void {
  response.writeHead(503, {
    'content-type': 'application/json',
    'retry-after': String(retryAfterSeconds),
    connection: 'close',
  });
  response.end(JSON.stringify({ message: 'Service Unavailable' }));
}
