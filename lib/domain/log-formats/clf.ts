import { instantOf } from './instant.ts';
import { noRequest, type LineContent, type LineFormat, type LineReadingOptions } from './line-format.ts';
import { endOfQuoted, isBlank, splitFields, type Fields } from './quoted-fields.ts';
import { notARequest, parseRequestLine } from './request-line.ts';
import { decodeAgent, unescapeQuoted } from './unescape.ts';

const maxTimeLength = 42;
/** IPv4, or IPv6, which has two colons in a row or seven of them; a clock has two colons as well. */
const ipAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?=.*::|(?:[^:]*:){7})[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*)$/i;
export const maxFieldsAfterRequest = 16;
const statusAfterRequest = /"?(?:-?\d{1,4}|-)"?(?=[ \t"]|$)/y;
const statusOnly = /^(?:-?\d{1,4}|-)$/;
const statusInQuotes = /^[1-5]\d\d$/;
const product = /^(?:Mozilla\/\d|[\w.-]+\/[\dv])/;
const address = /^(?:https?|android-app|ios-app):\/\//i;
const virtualHost = /^([a-z0-9.-]*[a-z][a-z0-9.-]*(?::\d+)?) [0-9a-f.:]+ \S+ \S+ +\[/i;
const milliseconds = /^(\d+)ms$/;
const space = 0x20;
const lastDigit = 0x39;
const backslash = 0x5c;

/**
 * Reads the Common Log Format, the Combined one, which adds referrer and agent, and their relatives: the defaults of Apache,
 * nginx, ingress-nginx, Traefik, Kong, Varnish, Jetty, Tomcat, Squid, Gunicorn, Envoy and many others. It looks for a time in
 * brackets, for a request in quotes behind it, and for a status behind that; what precedes the time does not matter.
 */
export function clfFormat({ utcOffset = 'Z' }: LineReadingOptions): LineFormat {
  const toInstant = rememberingLast((time) => instantOf(time, utcOffset));
  return {
    name: 'combined',
    read(line) {
      const found = findTimeAndRequest(line, toInstant);
      if (found === undefined) return undefined;
      const { receivedAt } = found;
      const end = endOfRequest(line, found.requestStart);
      if (end < 0) return noRequest('ends within its request');
      const request = line.slice(found.requestStart, end);
      const requestLine = parseRequestLine(unescapeQuoted(request));
      if (requestLine === undefined) return noRequest(notARequest(request));
      const fields = splitFields(line, end + 1, maxFieldsAfterRequest);
      return contentOf(receivedAt, requestLine, fields, line);
    },
  };
}

/** Returns a function that remembers its last result: most lines have the time of the line before them. */
function rememberingLast<Result>(toResult: (text: string) => Result): (text: string) => Result {
  let last = '';
  let result = toResult(last);
  return (text) => {
    if (text !== last) {
      result = toResult(text);
      last = text;
    }
    return result;
  };
}

/** Makes a request of a request line and what follows it. */
export function contentOf(
  receivedAt: string,
  requestLine: { readonly method: string; readonly target: string },
  { quoted, plain }: Fields,
  line: string,
): LineContent {
  const first = quoted[0] ?? '';
  // Some servers write status and length in quotes, or the status alone.
  const areQuoted = plain.length === 0 && statusOnly.test(first);
  const isQuoted = !areQuoted && statusInQuotes.test(first);
  const [status, bytes] = areQuoted ? quoted : isQuoted ? [first, plain[0]] : plain;
  const texts = areQuoted ? quoted.slice(2) : isQuoted ? quoted.slice(1) : quoted;
  const { referrer, userAgent } = agentIn(texts);
  const [, host] = (mayStartWithHost(line) ? virtualHost.exec(line) : null) ?? [];
  return {
    kind: 'request',
    request: {
      receivedAt,
      ...requestLine,
      userAgent: userAgent === undefined ? undefined : decodeAgent(unescapeQuoted(userAgent)),
      status,
      bytes,
      durationMs: durationIn(plain),
      referrer: referrer === undefined ? undefined : unescapeQuoted(referrer),
      host,
      clientIp: addressIn(line),
    },
  };
}

/** Finds the client's address: the first word, or the second one behind the name of a virtual host. */
function addressIn(line: string): string | undefined {
  return line.slice(0, maxStartLength).split(' ', 2).find(isIpAddress);
}

/** Returns whether a text is an IPv4 or IPv6 address. */
export function isIpAddress(text: string): boolean {
  return ipAddress.test(text);
}

/** Longer than a host name and an address. */
const maxStartLength = 320;

/** Returns whether a letter stands before the first blank; the pattern needs ten times as long for an address. */
function mayStartWithHost(line: string): boolean {
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code <= space) return false;
    if (code > lastDigit) return true;
  }
  return false;
}

/** Finds referrer and agent, which some servers write in the other order, or alone. */
function agentIn([first, second]: readonly string[]): {
  readonly referrer?: string | undefined;
  readonly userAgent?: string | undefined;
} {
  if (second === undefined) {
    if (first === undefined || first === '-' || address.test(first)) return { referrer: first };
    return { userAgent: first };
  }
  const isSwapped = product.test(first ?? '') && (second === '-' || second === '' || address.test(second));
  return isSwapped ? { referrer: second, userAgent: first } : { referrer: first, userAgent: second };
}

/** Finds the duration that ingress-nginx (`5 0.012 [upstream]`) and Traefik (`3ms`) add. */
function durationIn(plain: readonly string[]): number | undefined {
  const last = plain.at(-1) ?? '';
  const [, ofTraefik] = (last.endsWith('ms') ? milliseconds.exec(last) : null) ?? [];
  if (ofTraefik !== undefined) return Number(ofTraefik);
  const [, , length = '', seconds = '', upstream = ''] = plain;
  return /^\d+$/.test(length) && /^\d+\.\d{3}$/.test(seconds) && upstream.startsWith('[')
    ? Number(seconds) * 1_000
    : undefined;
}

/**
 * Finds the last time in brackets before the first quote behind one: the name of a user, who may choose it, precedes the time,
 * and so does the time of a logger. Servers escape quotes in what clients send, so a client cannot forge what follows.
 */
function findTimeAndRequest(
  line: string,
  toInstant: (text: string) => string | undefined,
): { readonly receivedAt: string; readonly requestStart: number } | undefined {
  // Each character is looked at once for a bracket and once for a quote.
  let close = -1;
  let quote = -1;
  let found: { readonly receivedAt: string; readonly requestStart: number } | undefined;
  for (let open = line.indexOf('['); open >= 0; open = line.indexOf('[', open + 1)) {
    if (!mayBeTime(line, open + 1)) continue;
    if (found !== undefined && open > found.requestStart) return found;
    if (close < open) close = line.indexOf(']', open);
    if (close < 0) return found;
    if (close - open > maxTimeLength) continue;
    const receivedAt = toInstant(line.slice(open + 1, close));
    if (receivedAt === undefined) continue;
    if (quote <= close) quote = line.indexOf('"', close);
    if (quote < 0) return found;
    // Some logs have the time in quotes as well.
    const isTimeQuoted = quote === close + 1 && line[open - 1] === '"';
    const start = isTimeQuoted ? line.indexOf('"', quote + 1) : quote;
    if (start < 0) return found;
    if (line.charCodeAt(start - 1) === backslash) continue;
    found = { receivedAt, requestStart: start + 1 };
    // The request follows at once, as in nearly all logs.
    if (start <= close + 2) return found;
  }
  return found;
}

/** Returns whether the text has the separators of a date here: `10/Oct/2000`, `2000-10-10`, `2000/10/10` or a weekday. */
function mayBeTime(line: string, at: number): boolean {
  const third = line[at + 2];
  const fifth = line[at + 4];
  return (
    third === '/' ||
    third === '-' ||
    (line[at + 1] === '/' && isDigit(line, at)) ||
    ((fifth === '-' || fifth === '/') && line[at + 7] === fifth) ||
    (line[at + 3] === ',' && line[at + 4] === ' ') ||
    (isDigit(line, at) && isDigit(line, at + 9) && endsNumber(line, at))
  );
}

/** Returns whether a number of seconds or milliseconds since 1970 ends where it should. */
function endsNumber(line: string, at: number): boolean {
  return line[at + 10] === '.' || line[at + 10] === ']' || line[at + 13] === ']';
}

function isDigit(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/**
 * Returns the place of the quote after the request: the first one that a status follows, since some servers do not escape
 * quotes in requests; otherwise the first one that may end a field.
 */
function endOfRequest(line: string, start: number): number {
  for (const isEscaped of [true, false]) {
    for (let at = line.indexOf('"', start); at >= 0; at = line.indexOf('"', at + 1)) {
      if (isEscaped && backslashesBefore(line, at, start) % 2 === 1) continue;
      if (isFollowedByStatus(line, at + 1)) return at;
    }
  }
  return endOfQuoted(line, start);
}

/** Returns the number of backslashes directly before `at`, none of which stands before `start`. */
function backslashesBefore(line: string, at: number, start: number): number {
  let first = at;
  while (first > start && line.charCodeAt(first - 1) === backslash) first -= 1;
  return at - first;
}

/** Returns whether a status follows a quote. */
export function isFollowedByStatus(line: string, start: number): boolean {
  let at = start;
  while (isBlank(line.charCodeAt(at))) at += 1;
  if (at === start) return false;
  statusAfterRequest.lastIndex = at;
  return statusAfterRequest.test(line);
}
