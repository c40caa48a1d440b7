import { describe, expect, it } from 'vitest';
import { readOne } from '../read-log.ts';

const at = '2026-03-04T05:06:07+00:00';
const time = '[04/Mar/2026:05:06:07 +0000]';

describe('a log format', () => {
  it.each([
    [
      "nginx's",
      '$remote_addr [$time_local] $host "$request" st=$status b=$body_bytes_sent ua="$http_user_agent" rt=$request_time',
      `192.0.2.7 ${time} a.example "GET /x HTTP/1.1" st=200 b=512 ua="say \\x22hi\\x22" rt=0.012`,
      {
        receivedAt: at,
        path: '/x',
        status: 200,
        bytes: 512,
        userAgent: 'say "hi"',
        durationMs: 12,
        host: 'a.example',
      },
    ],
    [
      "Apache's",
      String.raw`%{Host}i|%h|%t|%>s|%m|%U%q|%D|\"%{User-Agent}i\"`,
      `a.example|192.0.2.7|${time}|404|GET|/x?q=1|12000|"curl/8"`,
      { receivedAt: at, path: '/x?q=1', status: 404, userAgent: 'curl/8', host: 'a.example', durationMs: 12 },
    ],
  ])('in %s own syntax is read', (_name, customFormat, line, entry) => {
    expect(readOne(line, { customFormat })).toMatchObject(entry);
    expect(readOne('something else', { customFormat })).toBe('unknown');
  });

  it.each(['$status', '$request', '%h %r', 'text'])(
    'without a time or a request is refused: %s',
    (customFormat) => {
      expect(() => readOne('', { customFormat })).toThrow('The log format has no field for');
    },
  );
});
