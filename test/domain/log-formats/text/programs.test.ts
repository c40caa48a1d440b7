import { describe, expect, it } from 'vitest';
import { readLog, readOne } from '../read-log.ts';

const time = '[04/Mar/2026:05:06:07 +0000]';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0';

describe('a log of', () => {
  it.each([
    [
      'HAProxy',
      '<134>Mar  4 05:06:08 lb haproxy[9]: 192.0.2.7:4711 [04/Mar/2026:05:06:07.123] fe~ be/s1 0/0/1/10/12 404 512 - - ---- 1/1/0/0/0 0/0 {curl/8.1|a.example} "GET /x?q HTTP/1.1"',
      {
        receivedAt: '2026-03-04T05:06:07.123Z',
        path: '/x?q',
        status: 404,
        userAgent: 'curl/8.1',
        bytes: 512,
        durationMs: 12,
      },
    ],
    [
      'Envoy',
      '[2026-03-04T05:06:07.123Z] "POST /x HTTP/2" 204 - 10 512 12 11 "192.0.2.7" "curl/8" "id-1" "a.example" "10.0.0.1:80"',
      {
        receivedAt: '2026-03-04T05:06:07.123Z',
        method: 'POST',
        path: '/x',
        status: 204,
        userAgent: 'curl/8',
        bytes: 512,
        durationMs: 12,
        host: 'a.example',
      },
    ],
    [
      'Istio',
      '[2026-03-04T05:06:07.123Z] "GET /x HTTP/1.1" 200 - via_upstream - "-" 0 512 12 11 "-" "curl/8" "id-1" "a.example:8000" "10.0.0.1:80" outbound|8000||a 10.0.0.2:1 10.0.0.3:8000 10.0.0.2:2 - default',
      { path: '/x', status: 200, userAgent: 'curl/8', bytes: 512, durationMs: 12, host: 'a.example:8000' },
    ],
    [
      "Heroku's router",
      '2026-03-04T05:06:07.123456+00:00 heroku[router]: at=info method=GET path="/x?q=1" host=a.example request_id=1 fwd="192.0.2.7" dyno=web.1 connect=0ms service=12ms status=200 bytes=512 protocol=https',
      {
        receivedAt: '2026-03-04T05:06:07.123456+00:00',
        path: '/x?q=1',
        status: 200,
        bytes: 512,
        durationMs: 12,
        host: 'a.example',
      },
    ],
    [
      'an Application Load Balancer without a protocol',
      'h2 2026-03-04T05:06:07.000000Z app/lb/1 192.0.2.7:1 10.0.0.1:80 0.000 0.012 0.000 200 200 34 512 "GET https://a.example:443/x -" "curl/8" X TLSv1.2 arn:aws:x "Root=1" "a.example" "arn" 1 2026-03-04T05:06:06.500000Z "forward" "-" "-"',
      {
        receivedAt: '2026-03-04T05:06:06.500000Z',
        path: '/x',
        status: 200,
        bytes: 512,
        durationMs: 12,
        host: 'a.example',
      },
    ],
    [
      'a classic load balancer',
      '2026-03-04T05:06:07.000000Z my-lb 192.0.2.7:1 10.0.0.1:80 0.000 0.012 0.000 200 200 0 29 "GET http://a.example:80/x HTTP/1.1" "curl/8" - -',
      { receivedAt: '2026-03-04T05:06:07.000000Z', path: '/x', status: 200, userAgent: 'curl/8' },
    ],
    [
      'S3',
      `owner bucket ${time} 192.0.2.7 requester id REST.GET.OBJECT k "GET /bucket/x HTTP/1.1" 200 - 113 113 7 6 "-" "S3Console/0.4" - h SigV4 c a.example TLSv1.2`,
      { path: '/bucket/x', status: 200, userAgent: 'S3Console/0.4' },
    ],
  ])('%s is read', (_name, line, entry) => {
    expect(readOne(line)).toMatchObject(entry);
  });

  it('IIS is read by its columns, in UTC, with blanks that are plus signs', () => {
    expect(
      readLog([
        '#Software: Microsoft Internet Information Services 10.0',
        '#Date: 2026-03-04 05:00:00',
        '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken',
        '2026-03-04 05:06:07 10.0.0.1 GET /x.aspx id=1 443 - 192.0.2.7 Mozilla/5.0+(compatible;+Googlebot/2.1;++http://www.google.com/bot.html) - 200 0 0 12',
        '2026-03-04 05:06:08 10.0.0.1 GET /y - 443 - 192.0.2.7 - - 404 0 2 3',
        '#Fields: time cs-method cs-uri-stem sc-status',
        '05:06:09 POST /z 500',
      ]),
    ).toMatchObject([
      'header',
      'header',
      'header',
      {
        receivedAt: '2026-03-04T05:06:07Z',
        path: '/x.aspx?id=1',
        userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
        status: 200,
        durationMs: 12,
        clientIp: '192.0.2.7',
      },
      { path: '/y', userAgent: '-', status: 404 },
      'header',
      { receivedAt: '2026-03-04T05:06:09Z', method: 'POST', path: '/z', status: 500 },
    ]);
  });

  it('NetScaler is read, with agents whose blanks nothing marks', () => {
    expect(
      readLog([
        '#Version: 1.0',
        '#Fields: date time c-ip cs-method cs-uri-stem cs(User-Agent) sc-status sc-bytes',
        `2026-03-04 05:06:07 192.0.2.7 GET /x ${firefox} 200 512`,
        `2026-03-04 05:06:08 192.0.2.7 GET /y "${firefox}" 200 512`,
      ]).slice(2),
    ).toMatchObject([
      { path: '/x', userAgent: firefox, status: 200, bytes: 512 },
      { path: '/y', userAgent: firefox, status: 200, bytes: 512 },
    ]);
  });

  it('CloudFront is read, between tabs, with percent-encoding', () => {
    const [, entry, cut] = readLog([
      '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query x-host-header time-taken',
      '2026-03-04\t05:06:07\tLHR\t512\t192.0.2.7\tGET\td1.cloudfront.net\t/a%20b\t000\t-\tMozilla/5.0%20(X11)\tq=1\ta.example\t0.012',
      '2026-03-04\t05:06:07\tLHR\t512\t192.0.2.7\tGET',
    ]);
    expect(entry).toMatchObject({
      path: '/a%20b?q=1',
      userAgent: 'Mozilla/5.0 (X11)',
      bytes: 512,
      durationMs: 12,
      host: 'a.example',
    });
    expect(cut).toBe('unknown');
  });
});
