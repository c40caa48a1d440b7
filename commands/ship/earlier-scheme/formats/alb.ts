import type { LineFormat, ReadingOptions } from './line-format.ts';
import { readEntry } from './read-entry.ts';
import { notARequest, originForm, parseRequestLine } from './request-line.ts';
import { quoted, unescapeQuoted } from './unescape.ts';

/**
 * The fields up to the time at which the request was received, which older logs lack. The pattern only counts fields that
 * do not matter; AWS says that it may append fields at any time.
 */
const pattern = new RegExp(
  String.raw`^(?:https?|h2|grpcs|wss?) (\S+) \S+ \S+ \S+ \S+ \S+ \S+ (\d{3}|-) \S+ \S+ \S+ ` +
    String.raw`${quoted} ${quoted} \S+ \S+ \S+ ${quoted}(?: ${quoted} ${quoted} \S+ (\S+)(?: |$))?`,
);

/**
 * Reads access logs of an AWS Application Load Balancer. A request has a whole URL; only its path is sent.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
 */
export function albFormat(options: ReadingOptions): LineFormat {
  return {
    name: 'alb',
    recognises: (line) => pattern.test(line),
    read(line) {
      const match = pattern.exec(line);
      if (match === null) return { reason: 'is not in the format of an Application Load Balancer' };
      const [, answeredAt = '', status = '', request = '', userAgent = '', , , , receivedAt] = match;
      const requestLine = parseRequestLine(unescapeQuoted(request));
      if (requestLine === undefined) return { reason: notARequest(request) };
      const { method, target } = requestLine;
      return readEntry(
        {
          receivedAt: receivedAt ?? answeredAt,
          method,
          target: originForm(target),
          userAgent: unescapeQuoted(userAgent),
          status,
        },
        options,
      );
    },
  };
}
