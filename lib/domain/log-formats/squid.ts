import { instantOf } from './instant.ts';
import { noRequest, type LineFormat } from './line-format.ts';
import { isOther, notARequest } from './request-line.ts';

/** Time, milliseconds, client, result and status, bytes, method, and the URL, in which squid encodes blanks. */
const pattern =
  /^(\d{9,10}\.\d{3}) +(-?\d+) (\S+) [A-Z_]+(?:\/|:)(\d{3}) (\d+) (\S+) (\S+) \S+ [A-Z_]+\/\S+ \S/;

/**
 * Reads squid's native `access.log`. It has no agents.
 * @see https://wiki.squid-cache.org/Features/LogFormat
 */
export function squidFormat(): LineFormat {
  return {
    name: 'squid',
    read(line) {
      const match = mayMatch(line) ? pattern.exec(line) : null;
      if (match === null) return undefined;
      const [, time = '', milliseconds, clientIp, status, bytes, method = '', target = ''] = match;
      const receivedAt = instantOf(time);
      if (receivedAt === undefined) return undefined;
      // A connection that was closed or sent no request.
      const isNone = target.startsWith('error:') || method === '-' || method === 'NONE';
      if (isNone || isOther(method, target)) return noRequest(notARequest(isNone ? '-' : target));
      const durationMs = Number(milliseconds);
      return {
        kind: 'request',
        request: { receivedAt, method, target, status, bytes, durationMs, clientIp },
      };
    },
  };
}

/** Returns whether the line begins with seconds and three decimals, which is quick to see. */
function mayMatch(line: string): boolean {
  return line[10] === '.' || line[9] === '.';
}
