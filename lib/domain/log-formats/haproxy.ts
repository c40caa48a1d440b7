import { instantOf } from './instant.ts';
import { noRequest, type LineFormat, type LineReadingOptions } from './line-format.ts';
import { notARequest, parseRequestLine } from './request-line.ts';
import { unescapeQuoted } from './unescape.ts';

/** Timers, status, bytes, two cookies, the termination state and counters of connections. */
const pattern =
  /^(\S+):(\d+) \[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4})?)\] \S+ \S+ ((?:-?\d+\/){2,4}\+?-?\d+) (-?\d{1,3}) \+?(\d+|-) \S+ \S+ \S+ [\d/+-]+ [\d/]+ /;

/**
 * Reads the HTTP logs of HAProxy (`option httplog`, `httpslog`). Their times are local and have no offset; captured headers
 * stand in braces.
 * @see https://docs.haproxy.org/3.0/configuration.html#8.2.3
 */
export function haproxyFormat({ utcOffset = 'Z' }: LineReadingOptions): LineFormat {
  return {
    name: 'haproxy',
    read(line) {
      const match = mayMatch(line) ? pattern.exec(line) : null;
      if (match === null) return undefined;
      const [all, clientIp, , time = '', timers = '', status, bytes] = match;
      const requestStart = line.indexOf('"', all.length - 1);
      if (requestStart < 0) return noRequest('has no request');
      const requestEnd = line.lastIndexOf('"');
      if (requestEnd === requestStart) return noRequest('ends within its request');
      const request = line.slice(requestStart + 1, requestEnd);
      if (request.startsWith('<BADREQ>')) return noRequest(notARequest(request));
      const requestLine = parseRequestLine(unescapeQuoted(request));
      const receivedAt = instantOf(time, utcOffset);
      if (requestLine === undefined || receivedAt === undefined) return noRequest(notARequest(request));
      const total = Number(timers.slice(timers.lastIndexOf('/') + 1));
      return {
        kind: 'request',
        request: {
          receivedAt,
          ...requestLine,
          userAgent: agentIn(line.slice(all.length - 1, requestStart)),
          status,
          bytes,
          durationMs: total >= 0 ? total : undefined,
          clientIp,
        },
      };
    },
  };
}

/** Returns whether a bracket follows the first blank, which is quick to see. */
function mayMatch(line: string): boolean {
  return line[line.indexOf(' ') + 1] === '[';
}

/** Finds the agent among the captured request headers, which a bar separates: the longest one with a product. */
function agentIn(text: string): string | undefined {
  const start = text.indexOf('{');
  if (start < 0) return undefined;
  const other = text.indexOf('} {', start);
  return text
    .slice(start + 1, other < 0 ? Math.max(text.lastIndexOf('}'), start + 1) : other)
    .split('|')
    .filter((value) => /^[\w.-]+\/[\dv]/.test(value))
    .sort((a, b) => b.length - a.length)[0];
}
