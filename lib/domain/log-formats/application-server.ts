import { instantOf } from './instant.ts';
import type { LineFormat, LineReadingOptions } from './line-format.ts';

/** The parts of a line of uWSGI before the request and after it. */
const uwsgiStart =
  /^\[pid: \d+\|app: -?\d+\|req: -?\d+\/\d+\] (\S+) \([^)]*\) \{[^}]*\} \[([^\]]{24})\] (\S+) /;
const uwsgiEnd = /^ => generated (\d+) bytes in (\d+) (msecs|micros)(?: via \S+)? \(HTTP\/[\d.]+ (\d{3})\)/;
const gin =
  /^\[GIN\] (\d{4}\/\d\d\/\d\d) - (\d\d:\d\d:\d\d) \| +(\d{3}) \| +[\d.hm]+[mµn]?s \| +(\S+) \| ([A-Z]+) +"(.*)"$/;

/** Reads the lines of uWSGI. Their times are local and have no offset, and they have no agents. */
export function uwsgiFormat({ utcOffset = 'Z' }: LineReadingOptions): LineFormat {
  return {
    name: 'uwsgi',
    read(line) {
      const start = line.startsWith('[pid: ') ? uwsgiStart.exec(line) : null;
      if (start === null) return undefined;
      const [all, clientIp, time = '', method = ''] = start;
      const targetEnd = line.lastIndexOf(' => generated ');
      const [, bytes, duration, unit, status] =
        targetEnd < 0 ? [] : (uwsgiEnd.exec(line.slice(targetEnd)) ?? []);
      const receivedAt = instantOf(time, utcOffset);
      if (receivedAt === undefined || status === undefined || targetEnd < all.length) return undefined;
      const durationMs = Number(duration) / (unit === 'msecs' ? 1 : 1_000);
      const target = line.slice(all.length, targetEnd);
      return {
        kind: 'request',
        request: { receivedAt, method, target, status, bytes, durationMs, clientIp },
      };
    },
  };
}

/** Reads the lines of Gin. Their times are local and have no offset, and they have no agents. */
export function ginFormat({ utcOffset = 'Z' }: LineReadingOptions): LineFormat {
  return {
    name: 'gin',
    read(line) {
      const match = line.startsWith('[GIN] ') ? gin.exec(line) : null;
      if (match === null) return undefined;
      const [, date, clock, status, clientIp, method = '', target = ''] = match;
      const receivedAt = instantOf(`${date} ${clock}`, utcOffset);
      return receivedAt === undefined
        ? undefined
        : { kind: 'request', request: { receivedAt, method, target, status, clientIp } };
    },
  };
}
