import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listen, type RunningServer } from './running-server.ts';

/** A request on its way through the proxy. */
export interface PassingRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A fault that a request meets. */
export type Fault =
  /** The request does not arrive; the proxy answers. */
  | { readonly kind: 'refused'; readonly answer: Answer }
  /** The request does not arrive, and nothing is answered. */
  | { readonly kind: 'swallowed' }
  /** The request is carried out, but the proxy gives this answer. */
  | { readonly kind: 'done-but'; readonly answer: Answer }
  /** The request is carried out, and the connection breaks before the answer. */
  | { readonly kind: 'answer-lost' }
  /** The proxy forwards another body, and changes the answer. */
  | { readonly kind: 'changed'; readonly body: Buffer; readonly answer: (body: Buffer) => Buffer };

/** Starts a proxy between a client and a server. It applies the faults of `faultOf` and forwards everything else. */
export async function startFaultProxy(
  target: string,
  faultOf: (request: PassingRequest) => Fault | undefined,
): Promise<RunningServer> {
  const server = createServer((message, response) => {
    pass(message, response, target, faultOf).catch(() => response.destroy());
  });
  return listen(server);
}

async function pass(
  message: IncomingMessage,
  response: ServerResponse,
  target: string,
  faultOf: (request: PassingRequest) => Fault | undefined,
): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = message;
  const request = { method, path, headers, body: await buffer(message) };
  const fault = faultOf(request);
  if (fault?.kind === 'refused') return end(response, fault.answer);
  if (fault?.kind === 'swallowed') return;

  const sent = fault?.kind === 'changed' ? { ...request, body: fault.body } : request;
  const answer = await send(sent, target);
  const body = await buffer(answer);
  switch (fault?.kind) {
    case 'answer-lost':
      response.destroy();
      return;
    case 'done-but':
      return end(response, fault.answer);
    case 'changed':
    case undefined: {
      const answered = fault === undefined ? body : fault.answer(body);
      const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = answer.headers;
      const length = method === 'HEAD' ? answer.headers['content-length'] : String(answered.length);
      const lengthHeader =
        length === undefined || answer.statusCode === 204 ? {} : { 'content-length': length };
      response.writeHead(answer.statusCode ?? 500, { ...rest, ...lengthHeader }).end(answered);
    }
  }
}

function send({ method, path, headers, body }: PassingRequest, target: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = forward(
      new URL(path, target),
      { method, headers: { ...headers, 'content-length': String(body.length) } },
      resolve,
    );
    outgoing.once('error', reject).end(body);
  });
}

function end(response: ServerResponse, { status, headers = {}, body = '' }: Answer): void {
  response.writeHead(status, headers).end(body);
}
