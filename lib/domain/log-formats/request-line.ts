/** The start line of an HTTP request. */
export interface RequestLine {
  readonly method: string;
  readonly target: string;
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const absoluteTarget = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i;
const httpProtocol = /^(?:HTTP\/[\d.x]{1,4}|h2c?|h3)$/i;
/** The targets of other protocols that came in on a port of HTTP. */
const otherTarget = /^(?:rtspu?|sips?|icap|mms):/i;
/** Hypercorn leaves out the name of the protocol. */
const bareVersion = /^(\/\S*) (?:1\.[01]|[23])$/;
const otherProtocol = /^(?:RTSP|SIPS?|ICAP|MGCP|SSH|STOMP|AMQP|MQTT|ICY)\/[\d.]{1,4}$/i;
const maxProtocolLength = 10;
const maxMethodLength = 32;

/**
 * Returns method and target of a request line as servers log it, or `undefined` for another text: `-` for a connection
 * without a request, bytes that are not HTTP, or a line of another protocol such as RTSP. A line without a protocol is a
 * request if it has a path or a whole URL. White space in a target stays, because some servers allow it.
 */
export function parseRequestLine(text: string): RequestLine | undefined {
  const methodEnd = text.indexOf(' ');
  const method = text.slice(0, methodEnd);
  if (methodEnd < 1 || methodEnd > maxMethodLength || method === '-' || !token.test(method)) return undefined;
  const whole = text.slice(methodEnd).trim();
  const rest = bareVersion.exec(whole)?.[1] ?? whole;
  const last = rest.slice(-maxProtocolLength);
  const protocol = last.slice(last.lastIndexOf(' ') + 1);
  if (isOtherProtocol(protocol)) return undefined;
  const isHttp = protocol.length < rest.length && httpProtocol.test(protocol);
  // AWS load balancers write `-` for a protocol that they do not know.
  const hasNone = protocol === '-' && protocol.length < rest.length;
  const target = isHttp || hasNone ? rest.slice(0, rest.length - protocol.length).trimEnd() : rest;
  if (target === '' || target === '-' || isOther(method, target, isHttp)) return undefined;
  const isWhole = target.startsWith('/') || absoluteTarget.test(target);
  return isHttp || isWhole || (target === '*' && method === 'OPTIONS') ? { method, target } : undefined;
}

/** Returns whether a request is the start of HTTP/2, or of another protocol. */
export function isOther(method: string, target: string, isHttp = false): boolean {
  return method === 'PRI' || (!isHttp && otherTarget.test(target));
}

/** Returns whether the name and version of a protocol are not those of HTTP. */
export function isOtherProtocol(text: string): boolean {
  return otherProtocol.test(text);
}

/** Explains why a request line is not valid, and quotes its start, which strangers wrote. */
export function notARequest(text: string): string {
  if (text === '-' || text === '') return 'no request was made on the connection';
  return `the request is not an HTTP request: ${text.slice(0, 60).replace(/\p{Cc}/gu, ' ')}`;
}

/** Splits a target that may be a whole URL into its host, if it has one, and its path with the query. */
export function splitTarget(target: string): { readonly host: string | undefined; readonly path: string } {
  if (target.startsWith('/')) return { host: undefined, path: target };
  const [origin, scheme = '', authority = ''] = absoluteTarget.exec(target) ?? [];
  if (origin === undefined) return { host: undefined, path: target };
  const rest = target.slice(origin.length);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const defaultPort = scheme.toLowerCase() === 'http' ? ':80' : ':443';
  return {
    host: host.endsWith(defaultPort) ? host.slice(0, -defaultPort.length) : host,
    path: rest.startsWith('/') ? rest : `/${rest}`,
  };
}
