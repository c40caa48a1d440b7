import { clfTime, parseClfTime } from './clf-time.ts';
import type { LineFormat, ReadingOptions } from './line-format.ts';
import { readEntry } from './read-entry.ts';
import { notARequest, parseRequestLine } from './request-line.ts';
import { quoted, unescapeQuoted } from './unescape.ts';

/** The start of a line. The text before the time does not matter: host, identity, user, and perhaps the virtual host. */
const start = String.raw`^(?:[^"\\]|\\.)*? ?\[(${clfTime})\] ${quoted} (\d{3}|-) (?:\d+|-)`;
const patterns = {
  /** More may follow, but not a quote: that would be a Combined line that was cut off. */
  common: new RegExp(`${start}(?: [^"]*)?$`),
  /** More may follow, as in the `main` format of nginx's own configuration. */
  combined: new RegExp(`${start} ${quoted} ${quoted}(?: .*)?$`),
} as const;

/**
 * Reads the Common Log Format, or the Combined one, which adds referrer and agent: the defaults of Apache (`common`,
 * `combined`, `vhost_combined`), nginx (`combined`, `main`), Traefik and many others.
 */
export function clfFormat(name: keyof typeof patterns, options: ReadingOptions): LineFormat {
  const pattern = patterns[name];
  return {
    name,
    recognises: (line) => pattern.test(line),
    read(line) {
      const [matched, time = '', request = '', status = '', , userAgent = ''] = pattern.exec(line) ?? [];
      if (matched === undefined) return { reason: `is not in the ${name} format` };
      const requestLine = parseRequestLine(unescapeQuoted(request));
      if (requestLine === undefined) return { reason: notARequest(request) };
      const receivedAt = parseClfTime(time) ?? time;
      return readEntry({ receivedAt, ...requestLine, userAgent: unescapeQuoted(userAgent), status }, options);
    },
  };
}
