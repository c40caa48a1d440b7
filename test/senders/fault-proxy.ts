import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Harm that the proxy does to a request: `lose the answer` lets the pipeline answer, and cuts the connection then. */
export type Fault = 'answer 503' | 'lose the answer' | 'cut the connection';

/** A proxy between a sender and the pipeline that does harm to some requests. */
export interface FaultProxy {
  readonly url: URL;
  /** Number of requests that got the answer of the pipeline. */
  readonly answered: () => number;
  /** Statuses that the pipeline answered, each once. */
  readonly statuses: ReadonlySet<number>;
  /** Does harm to the next requests. */
  readonly harm: (fault: Fault, requests: number) => void;
  /** Number of requests that are still to be harmed. */
  readonly harmLeft: () => number;
  readonly close: () => Promise<void>;
}

/** Starts a proxy in front of `target` on a free port of the loopback address. */
export async function startFaultProxy(target: URL): Promise<FaultProxy> {
  const faults: Fault[] = [];
  const statuses = new Set<number>();
  let answered = 0;

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const fault = isDelivery(incoming) ? faults.shift() : undefined;
    if (fault === 'answer 503') {
      response.writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain' }).end('Try again.\n');
      return;
    }
    if (fault === 'cut the connection') {
      incoming.socket.destroy();
      return;
    }
    const { connection: _, 'transfer-encoding': __, ...headers } = incoming.headers;
    const outgoing = request(new URL(incoming.url ?? '/', target), {
      method: incoming.method,
      headers: { ...headers, 'content-length': body.length },
    });
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const content = await buffer(answer);
    statuses.add(answer.statusCode ?? 0);
    if (fault === 'lose the answer') {
      incoming.socket.destroy();
      return;
    }
    answered += 1;
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(content);
  }

  const server = createServer((incoming, response) => {
    // The pipeline is away: the sender sees a connection that ends without an answer.
    pass(incoming, response).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    answered: () => answered,
    statuses,
    harm: (fault, requests) => {
      for (let n = 0; n < requests; n++) faults.push(fault);
    },
    harmLeft: () => faults.length,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Reports whether a request delivers entries, and is not a handshake. */
function isDelivery({ method }: IncomingMessage): boolean {
  return method === 'POST';
}
