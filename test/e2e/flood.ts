import { Agent, request, type IncomingHttpHeaders, type RequestOptions } from 'node:http';

/** The result of a request of a flood: an answer, or the code of the error of its connection. */
export type Outcome = FloodAnswer | { readonly failed: string };

export interface FloodAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface FloodRequest extends Pick<RequestOptions, 'method' | 'path'> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** Sends requests all at once, each on its own connection, and waits for each as long as it takes. */
export function flood(baseUrl: URL, requests: readonly FloodRequest[]): Promise<Outcome[]> {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  return Promise.all(requests.map((each) => sendOne(baseUrl, agent, each)));
}

/** Counts the outcomes by status or error code. */
export function tally(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const name = 'failed' in outcome ? outcome.failed : String(outcome.status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function sendOne(baseUrl: URL, agent: Agent, { body = '', ...options }: FloodRequest): Promise<Outcome> {
  return new Promise((resolve) => {
    const { hostname, port } = baseUrl;
    const headers = {
      ...options.headers,
      ...(body.length > 0 ? { 'content-length': Buffer.byteLength(body) } : {}),
    };
    const sending = request({ ...options, headers, hostname, port, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error: NodeJS.ErrnoException) =>
        resolve({ failed: error.code ?? error.message }),
      );
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sending.on('error', (error: NodeJS.ErrnoException) => resolve({ failed: error.code ?? error.message }));
    sending.end(body);
  });
}
