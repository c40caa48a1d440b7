/** The start line of an HTTP request. */
export interface RequestLine {
  readonly method: string;
  readonly target: string;
}

const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) +(.+?)( +HTTP\/\d(?:\.\d)?)?$/s;
const absoluteTarget = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/**
 * Method and target of a request line as servers log it, or `undefined` where it is none: `-` for a connection without
 * a request, or the bytes of something that is not HTTP. A line without a protocol is one of HTTP/0.9 if it asks for a
 * path. White space in a target stays, as some servers allow it.
 */
export function parseRequestLine(text: string): RequestLine | undefined {
  const [, method = '-', target = '', protocol] = requestLine.exec(text) ?? [];
  if (method === '-' || (protocol === undefined && !target.startsWith('/'))) return undefined;
  return { method, target };
}

/** Why a request line was not understood, with its start: it is what strangers sent. */
export function notARequest(text: string): string {
  if (text === '-' || text === '') return 'no request was made on the connection';
  return `the request is no HTTP request: ${text.slice(0, 60).replace(/\p{Cc}/gu, ' ')}`;
}

/** Path and query of a target that may be a whole URL. */
export function originForm(target: string): string {
  const [origin] = absoluteTarget.exec(target) ?? [];
  if (origin === undefined) return target;
  const rest = target.slice(origin.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
