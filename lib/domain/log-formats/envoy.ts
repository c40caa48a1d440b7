import { instantOf } from './instant.ts';
import { noRequest, type LineFormat } from './line-format.ts';
import { endOfQuoted, splitFields } from './quoted-fields.ts';
import { notARequest, parseRequestLine } from './request-line.ts';
import { unescapeQuoted } from './unescape.ts';

const start = /^\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)\] "/;
const wholeNumber = /^\d+$/;

/**
 * Reads the default text format of Envoy, and the one of Istio, which adds details of failures.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
export function envoyFormat(): LineFormat {
  return {
    name: 'envoy',
    read(line) {
      const match = start.exec(line);
      if (match === null) return undefined;
      const [all, time = ''] = match;
      const end = endOfQuoted(line, all.length);
      const request = line.slice(all.length, end < 0 ? undefined : end);
      const { quoted, plain } = splitFields(line, end < 0 ? line.length : end + 1, 24);
      const [status, ...others] = plain;
      const [, bytes, duration] = others.filter((text) => wholeNumber.test(text));
      // Forwarded-for, agent, request id, authority and upstream; before them, with Istio, the reason of a failure.
      const first = quoted.length >= 6 ? 1 : 0;
      const [, userAgent, , host] = quoted.slice(first);
      if (quoted.length < 5) return undefined;
      const requestLine = parseRequestLine(unescapeQuoted(request));
      const receivedAt = instantOf(time);
      if (requestLine === undefined || receivedAt === undefined) return noRequest(notARequest(request));
      return {
        kind: 'request',
        request: {
          receivedAt,
          ...requestLine,
          userAgent: userAgent === undefined ? undefined : unescapeQuoted(userAgent),
          status,
          bytes,
          durationMs: duration === undefined ? undefined : Number(duration),
          host,
        },
      };
    },
  };
}
