import { describe, expect, it } from 'vitest';
import { readOne } from '../read-log.ts';

const at = '2026-03-04T05:06:07+00:00';
const time = '[04/Mar/2026:05:06:07 +0000]';

describe('a line in an envelope', () => {
  const line = `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "curl/8"`;
  const json = JSON.stringify({ time: at, method: 'GET', path: '/x', status: 200, userAgent: 'curl/8' });

  it.each([
    ['CRI', '2026-03-04T05:06:08.123456789Z stdout F '],
    ['docker logs --timestamps', '2026-03-04T05:06:08.123456789Z '],
    ['docker compose', 'web-1  | '],
    ['kubectl --prefix', '[pod/web-1/nginx] '],
    ['syslog, RFC 3164', '<190>Mar  4 05:06:08 web nginx: '],
    ['syslog without a priority', 'Mar  4 05:06:08 web nginx[12]: '],
    ['rsyslog', '2026-03-04T05:06:08.123456+00:00 web nginx: '],
    ['syslog, RFC 5424', '<190>1 2026-03-04T05:06:08Z web nginx 12 - - '],
    ['journald export', 'MESSAGE='],
  ])('of %s is read', (_name, prefix) => {
    expect(readOne(prefix + line)).toMatchObject({
      receivedAt: at,
      path: '/x',
      status: 200,
      userAgent: 'curl/8',
    });
    expect(readOne(prefix + json)).toMatchObject({
      receivedAt: at,
      path: '/x',
      status: 200,
      userAgent: 'curl/8',
    });
  });

  it('that is only a part of a longer one is skipped', () => {
    expect(readOne(`2026-03-04T05:06:08.123456789Z stdout P ${json.slice(0, 40)}`)).toBe('no-request');
  });

  it('has the time of its envelope if it has none', () => {
    const bare = 'INFO: 192.0.2.7:4711 - "GET /x HTTP/1.1" 200 OK';
    expect(readOne(`2026-03-04T05:06:08.123456789Z stdout F ${bare}`)).toMatchObject({
      receivedAt: '2026-03-04T05:06:08.123456789Z',
      path: '/x',
      status: 200,
    });
  });
});
