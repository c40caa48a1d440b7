import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The running requests of a server, which are completed before it ends. */
export class Drain {
  readonly #server: Server;
  readonly #maxRequests: number;
  readonly #running = new Set<ServerResponse>();
  readonly #requests = new WeakMap<Socket, number>();
  #isDraining = false;
  #onIdle = () => {};

  /** @param maxRequestsPerConnection  the answer to the last of them closes the connection */
  constructor(server: Server, maxRequestsPerConnection: number) {
    this.#server = server;
    this.#maxRequests = maxRequestsPerConnection;
  }

  watch({ socket }: IncomingMessage, response: ServerResponse): void {
    const requests = (this.#requests.get(socket) ?? 0) + 1;
    this.#requests.set(socket, requests);
    if (this.#isDraining || requests >= this.#maxRequests) response.setHeader('connection', 'close');
    this.#running.add(response);
    response.once('close', () => {
      this.#running.delete(response);
      if (this.#running.size === 0) this.#onIdle();
    });
  }

  /** Accepts no more connections, and resolves when all requests are answered, or after the time-out. */
  async stop(timeoutMilliseconds: number): Promise<void> {
    this.#isDraining = true;
    // A busy client could keep using its connection until the time is over.
    for (const response of this.#running)
      if (!response.headersSent) response.setHeader('connection', 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    let timeout: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      if (this.#running.size === 0) return resolve();
      this.#onIdle = resolve;
      timeout = setTimeout(resolve, timeoutMilliseconds);
    });
    clearTimeout(timeout);
    this.#server.closeAllConnections();
  }
}
