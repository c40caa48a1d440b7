/** The start line of an HTTP request. */
export interface RequestLine {
  readonly method: string;
  readonly target: string;
}

const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) +(.+?)( +HTTP\/\d(?:\.\d)?)?$/s;
const absoluteTarget = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/**
 * Returns method and target of a request line as servers log it, or `undefined` for another text: `-` for a connection
 * without a request, or bytes that are not HTTP. A line without a protocol is HTTP/0.9 if it has a path.
 * White space in a target stays, because some servers allow it.
 */
export function parseRequestLine(text: string): RequestLine | undefined {
  const [, method = '-', target = '', protocol] = requestLine.exec(text) ?? [];
  if (method === '-' || (protocol === undefined && !target.startsWith('/'))) return undefined;
  return { method, target };
}

/** Explains why a request line is not valid, and quotes its start, which strangers wrote. */
export function notARequest(text: string): string {
  if (text === '-' || text === '') return 'no request was made on the connection';
  return `the request is not an HTTP request: ${text.slice(0, 60).replace(/\p{Cc}/gu, ' ')}`;
}

/** Returns path and query of a target that may be a whole URL. */
export function originForm(target: string): string {
  const [origin] = absoluteTarget.exec(target) ?? [];
  if (origin === undefined) return target;
  const rest = target.slice(origin.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
