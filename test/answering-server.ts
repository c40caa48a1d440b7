import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The decompressed body. */
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
}

/**
 * Starts a real HTTP server with given answers, for the duration of a test.
 * @param ownPort  0: any
 */
export async function answeringServer(
  answer: (request: ReceivedRequest) => Answer | Promise<Answer>,
  ownPort = 0,
): Promise<{ readonly url: URL; readonly received: readonly ReceivedRequest[] }> {
  const received: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const bytes = Buffer.concat(chunks);
      const body = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
      const one = { method, path, headers, body };
      received.push(one);
      void Promise.resolve(answer(one)).then((answered) => {
        response.writeHead(answered.status, answered.headers);
        response.end(answered.text ?? (answered.body === undefined ? '' : JSON.stringify(answered.body)));
      });
    });
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(ownPort, '127.0.0.1');
  await once(server, 'listening');
  // It listens on a port, so its address is not that of a pipe.
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}`), received };
}
