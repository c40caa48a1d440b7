import { clfTime, parseClfTime } from './clf-time.ts';
import type { LineFormat, ReadingOptions } from './line-format.ts';
import { readEntry } from './read-entry.ts';
import { notARequest, parseRequestLine } from './request-line.ts';
import { quoted, unescapeQuoted } from './unescape.ts';

/** What is before the time does not matter: host, identity and user, with `vhost_combined` also the virtual host. */
const start = String.raw`^(?:[^"\\]|\\.)*? ?\[(${clfTime})\] ${quoted} (\d{3}|-) (?:\d+|-)`;
const patterns = {
  /** More may follow, but nothing that is quoted: then it is a line of the Combined format that was cut off. */
  common: new RegExp(`${start}(?: [^"]*)?$`),
  /** More may follow, as in the `main` format of nginx's own configuration. */
  combined: new RegExp(`${start} ${quoted} ${quoted}(?: .*)?$`),
} as const;

/**
 * The Common Log Format, and the Combined one that has referrer and agent in addition: what Apache (`common`,
 * `combined`, `vhost_combined`), nginx (`combined`, `main`), Traefik and many others write by default.
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
