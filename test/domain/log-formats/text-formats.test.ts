import { describe, expect, it } from 'vitest';
import { readLog, readOne } from './read-log.ts';

const at = '2026-03-04T05:06:07+00:00';
const time = '[04/Mar/2026:05:06:07 +0000]';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0';

describe('a relative of the Common Log Format', () => {
  it.each([
    ['with an empty user', `192.0.2.7 - "" ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}"`],
    ['with a quoted user', `192.0.2.7 - "Jo Doe" ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}"`],
    ['in quotes', `"192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}""`],
    ['that begins with a quote', `"192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}"`],
    ['with two blanks', `192.0.2.7 -  -  ${time}  "GET /x HTTP/1.1"  200  5  "-"  "${firefox}"  12`],
    ['with tabs', `192.0.2.7\t-\t-\t${time}\t"GET /x HTTP/1.1"\t200\t5\t"-"\t"${firefox}"`],
    ['without a referrer', `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "${firefox}"`],
    [
      'with the agent first',
      `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "${firefox}" "https://a.example/"`,
    ],
    [
      'with the host behind the time',
      `192.0.2.7 - - ${time} a.example "GET /x HTTP/1.1" 200 5 "-" "${firefox}"`,
    ],
    ['with a virtual host', `a.example:443 192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}"`],
    ['with a quoted status', `192.0.2.7 - - ${time} "GET /x HTTP/1.1" "200" "5" "-" "${firefox}"`],
    ['without the closing quote', `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}`],
    ['between bars', `192.0.2.7 | - | ${time} | "GET /x HTTP/1.1" | 200 | 5 | "-" | "${firefox}"`],
    ['between commas', `192.0.2.7,-,${time},"GET /x HTTP/1.1",200,5,"-","${firefox}"`],
    [
      'with a backslash at the end of its referrer',
      `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "https://a.example/\\" "${firefox}"`,
    ],
    [
      'with fields of ingress-nginx',
      `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}" 94 0.012 [web-80] [] 10.0.0.1:80 5 0.012 200 4c`,
    ],
    [
      'with fields of Traefik',
      `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}" 3 "web@docker" "http://10.0.0.1:80" 12ms`,
    ],
    ['with a whole URL', `192.0.2.7 - - ${time} "GET http://a.example/x HTTP/1.1" 200 5 "-" "${firefox}"`],
  ])('%s is read', (_name, line) => {
    expect(readOne(line)).toMatchObject({
      receivedAt: at,
      method: 'GET',
      path: '/x',
      userAgent: firefox,
      status: 200,
    });
  });

  it.each([
    ['[04/Mar/2026:05:06:07.123 +0000]', '2026-03-04T05:06:07.123+00:00'],
    ['[04/Mar/2026:05:06:07 +00:00]', at],
    ['[04/mar/2026:05:06:07 +0000]', at],
    ['[04/Mar/2026 05:06:07]', '2026-03-04T05:06:07Z'],
    ['[2026-03-04T05:06:07+01:00]', '2026-03-04T05:06:07+01:00'],
    ['[2026-03-04 05:06:07,123 +0100]', '2026-03-04T05:06:07.123+01:00'],
    ['[Wed, 04 Mar 2026 05:06:07 GMT]', '2026-03-04T05:06:07Z'],
    ['[1772600767.123]', '2026-03-04T05:06:07.123Z'],
  ])('may have the time %s', (text, receivedAt) => {
    expect(readOne(`192.0.2.7 - - ${text} "GET /x HTTP/1.1" 200 5`)).toMatchObject({
      receivedAt,
      path: '/x',
    });
  });

  it('has times in the given zone where they have no offset', () => {
    const line = '192.0.2.7 - - [04/Mar/2026 05:06:07] "GET /x HTTP/1.1" 200 -';
    expect(readOne(line, { utcOffset: '+02:00' })).toMatchObject({ receivedAt: '2026-03-04T05:06:07+02:00' });
  });

  it.each(['0', '000', '999', '-1', '-', '1000'])('has no status where it says %s', (status) => {
    const entry = readOne(`192.0.2.7 - - ${time} "GET /x HTTP/1.1" ${status} 5 "-" "curl/8"`);
    expect(entry).toMatchObject({ path: '/x', userAgent: 'curl/8' });
    expect(entry).not.toHaveProperty('status');
  });

  it.each([
    ['OPTIONS / RTSP/1.0'],
    ['OPTIONS sip:nm SIP/2.0'],
    ['-'],
    [''],
    ['- -'],
    ['PRI * HTTP/2.0'],
    [String.raw`\x16\x03\x01\x02`],
  ])('has no entry for the request "%s"', (request) => {
    expect(readOne(`192.0.2.7 - - ${time} "${request}" 400 5 "-" "-"`)).toBe('no-request');
  });

  it.each([
    ['GET /a.html"><IMG SRC="b.gif/ HTTP/1.0', '/a.html"><IMG SRC="b.gif/'],
    ['GET / " HTTP/1.0', '/ "'],
    ['GET /wais.pl?Wake Shield HTTP/1.0', '/wais.pl?Wake Shield'],
    ['GET /robots.txt HTML/1.0 headers', '/robots.txt HTML/1.0 headers'],
    ['GET /', '/'],
    ['GET https://a.example/x?y=1', '/x?y=1'],
    ['OPTIONS * HTTP/1.1', '*'],
  ])('keeps the target of "%s"', (request, path) => {
    expect(readOne(`192.0.2.7 - - ${time} "${request}" 404 -`)).toMatchObject({ path, status: 404 });
  });

  it('keeps what precedes a damaged end, but not half a request', () => {
    expect(readOne(`192.0.2.7 - - ${time} "GET /x HTTP/1.1" 20`)).toMatchObject({ path: '/x' });
    expect(readOne(`192.0.2.7 - - ${time} "GET /x HTTP/1.1"`)).toMatchObject({ path: '/x' });
    expect(readOne(`192.0.2.7 - - ${time} "GET /x/half`)).toBe('no-request');
  });

  it('has its facts', () => {
    const line = `a.example:443 192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 512 "https://b.example/y?q=1#z" "curl/8"`;
    expect(readOne(line)).toMatchObject({
      bytes: 512,
      referrer: 'https://b.example/y?q=1#z',
      host: 'a.example:443',
    });
  });
});

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

describe('a log', () => {
  it('may change its format at any line', () => {
    const json = JSON.stringify({ time: at, method: 'GET', path: '/j', status: 200, userAgent: 'curl/8' });
    const combined = `192.0.2.7 - - ${time} "GET /c HTTP/1.1" 200 5 "-" "curl/8"`;
    const lines = [
      ...Array.from({ length: 60 }, () => combined),
      json,
      combined,
      '/docker-entrypoint.sh: ready',
      json,
    ];
    expect(readLog(lines).slice(59)).toMatchObject([
      { path: '/c' },
      { path: '/j' },
      { path: '/c' },
      'unknown',
      { path: '/j' },
    ]);
  });

  it('may begin with null bytes, as after copytruncate', () => {
    expect(readOne(`${'\0'.repeat(50)}192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5`)).toMatchObject({
      path: '/x',
    });
  });

  it('that is no access log has nothing', () => {
    expect(
      readLog([
        'Mar  4 05:06:08 web sshd[1]: hello',
        '{"level":"info","msg":"GET /a 200","ts":"2026-03-04T05:06:08Z"}',
        'plain',
      ]),
    ).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('is read in time that is proportional to its length', () => {
    const lines = [
      '\\'.repeat(60_000),
      ' ['.repeat(30_000),
      '"'.repeat(60_000),
      '" '.repeat(30_000),
      `"${'a\\"'.repeat(20_000)}`,
      '{"a":"'.repeat(10_000),
      `{"a":"${'\\"'.repeat(30_000)}`,
      '[2000-10-10'.repeat(6_000),
      'a="x '.repeat(12_000),
      'a=1 '.repeat(15_000),
      'a:1:'.repeat(15_000),
      `192.0.2.7 - - ${time} "GET /a${' '.repeat(60_000)}x HTTP/1.1" 200 5 "-" "-"`,
      `192.0.2.7 - - ${time} "GET ${'" '.repeat(30_000)}`,
      '<1>1 a '.repeat(8_000),
    ];
    const startedAt = performance.now();
    readLog([
      '#Fields: date time cs-method cs-uri-stem cs(User-Agent)',
      ...lines,
      ...lines.map((line) => `{"log":${JSON.stringify(line)}}`),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

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
