import { protocolsHandler } from '../../../handlers/protocols.ts';
import { httpEvent, type TestApp } from '../app.ts';

/** A request as another program sends it. */
export interface Sent {
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

/** An answer, with its body parsed where it is JSON. */
export interface ProtocolAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** Sends a request to the route with this name, such as `POST /_bulk`. */
export async function send({ app }: TestApp, route: string, sent: Sent): Promise<ProtocolAnswer> {
  const [method = '', path = ''] = route.split(' ');
  const {
    statusCode,
    headers = {},
    body = '',
  } = await protocolsHandler(async () => app)(httpEvent(method, path, sent));
  const isJson = headers['content-type'] === 'application/json';
  return { status: statusCode, headers, body: isJson ? (JSON.parse(body) as unknown) : body };
}

/** An access-log line. */
export const line = (path: string): string =>
  `192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET ${path} HTTP/1.1" 200 5 "-" "curl/8.0"`;
