import { noRequest, type LineFormat } from './line-format.ts';
import { splitFields } from './quoted-fields.ts';
import { notARequest, parseRequestLine } from './request-line.ts';
import { unescapeQuoted } from './unescape.ts';

/**
 * The fields up to the request: of an Application Load Balancer with the kind of the connection first, of a classic one
 * without. AWS says that it may append fields at any time.
 */
const pattern =
  /^(?:(https?|h2|grpcs|wss?) )?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z) \S+ (\S+) \S+ (-?[\d.]+|-) (-?[\d.]+|-) (-?[\d.]+|-) (\d{3}|-) \S+ \S+ (\d+|-) "/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/**
 * Reads access logs of an AWS Application Load Balancer, or a classic Elastic Load Balancer.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
 */
export function awsLoadBalancerFormat(): LineFormat {
  return {
    name: 'alb',
    read(line) {
      const match = pattern.exec(line);
      if (match === null) return undefined;
      const [all, connection, answeredAt = '', client = '', before, target, after, status, bytes] = match;
      const { quoted, plain } = splitFields(line, all.length - 1, 12);
      const [request = '', userAgent] = quoted;
      const requestLine = parseRequestLine(unescapeQuoted(request));
      if (requestLine === undefined) return noRequest(notARequest(request));
      // Cipher, protocol, target group and rule precede the time at which the request was received, which older logs lack.
      const receivedAt =
        connection === undefined ? undefined : plain.slice(3).find((text) => instant.test(text));
      return {
        kind: 'request',
        request: {
          receivedAt: receivedAt ?? answeredAt,
          ...requestLine,
          userAgent: userAgent === undefined ? undefined : unescapeQuoted(userAgent),
          status,
          bytes,
          durationMs: durationOf(before, target, after),
          clientIp: client.slice(0, client.lastIndexOf(':')),
        },
      };
    },
  };
}

/** Adds three times in seconds; -1 stands for a request that was not answered. */
function durationOf(...seconds: readonly (string | undefined)[]): number | undefined {
  const numbers = seconds.map(Number);
  return numbers.every((value) => value >= 0)
    ? 1_000 * numbers.reduce((sum, value) => sum + value, 0)
    : undefined;
}
