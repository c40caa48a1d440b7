import { describe, expect, it } from 'vitest';
import { createLogReader } from '../../../../lib/domain/log-formats/log-reader.ts';
import { readLog, readOne } from '../read-log.ts';

const time = '[04/Mar/2026:05:06:07 +0000]';
const epoch = 1_772_600_767;
const rest = '"GET /x HTTP/1.1" 200 5 "-" "curl/8"';
const line = `192.0.2.7 - - ${time} ${rest}`;

/** With the labels that LTSV recommends. */
const ltsv = `time:${time}\thost:192.0.2.7\tuser:-\treq:GET /x HTTP/1.1\tstatus:200\tsize:5\treferer:-\tua:curl/8\treqtime:0.012\tvhost:a.example`;

function secondOf(entry: ReturnType<typeof readOne>): number {
  return typeof entry === 'object' ? Math.floor(Date.parse(entry.receivedAt) / 1_000) : NaN;
}

describe('a line of an access log', () => {
  it.each([
    ['with all fields in quotes', `"192.0.2.7" "-" "-" "${time}" "GET /x HTTP/1.1" "200" "5" "-" "curl/8"`],
    [
      'with all fields in quotes, between commas',
      `"192.0.2.7","${time}","GET /x HTTP/1.1","200","5","-","curl/8"`,
    ],
    ['with its time in quotes', `192.0.2.7 - - "04/Mar/2026:05:06:07 +0000" ${rest}`],
    ['with its status in quotes', `192.0.2.7 - - ${time} "GET /x HTTP/1.1" "200" 5 "-" "curl/8"`],
    ['in a table, with doubled quotes', `"192.0.2.7 - - ${time} ""GET /x HTTP/1.1"" 200 5 ""-"" ""curl/8"""`],
    ['as a text of JSON', JSON.stringify(line)],
    ['behind a process id that looks like a date', `[12345.678901] web nginx[12]: ${line}`],
    ['with the time in no brackets', `192.0.2.7 - - 2026-03-04T05:06:07+00:00 ${rest}`],
    ['with a time of its format in no brackets', `192.0.2.7 - - 04/Mar/2026:05:06:07 +0000 ${rest}`],
    ['with seconds since 1970 in the middle', `192.0.2.7 - ${epoch}.123 ${rest}`],
    ['with whole seconds in brackets', `192.0.2.7 - - [${epoch}] ${rest}`],
    ['with milliseconds in brackets', `192.0.2.7 - - [${epoch}123] ${rest}`],
    ['with the time of ctime', `192.0.2.7 - - [Wed Mar  4 05:06:07 2026] ${rest}`],
    ['of LTSV', ltsv],
    ['of LTSV, by fields', 'time:2026-03-04T05:06:07Z\tmethod:GET\turi:/x\tstatus:200\tua:curl/8'],
    ['of LTSV, within a line of docker', JSON.stringify({ log: `${ltsv}\n`, stream: 'stdout' })],
    ['of hypercorn', `192.0.2.7:1 - - ${time} "GET /x 1.1" 200 5 "-" "curl/8"`],
    ['with colours', `192.0.2.7 - - ${time} "\u001b[32mGET /x HTTP/1.1\u001b[0m" 200 5 "-" "curl/8"`],
  ])('is read %s', (_name, text) => {
    const entry = readOne(text);
    expect(entry).toMatchObject({ method: 'GET', path: '/x', status: 200, userAgent: 'curl/8' });
    expect(secondOf(entry)).toBe(epoch);
  });

  it('of LTSV has the facts that it names, and the client in `host`', () => {
    expect(readOne(ltsv)).toMatchObject({
      bytes: 5,
      durationMs: 12,
      host: 'a.example',
      clientIp: '192.0.2.7',
    });
    expect(readOne(`time:${time}\thost:192.0.2.7\treq:-\tstatus:400`)).toBe('no-request');
    expect(readOne('name:value\tother:value\tthird:value')).toBe('unknown');
  });

  it.each([
    [
      'that quotes a request in an error of nginx',
      '2026/03/04 05:06:07 [error] 1#1: *1 upstream timed out, client: 192.0.2.7, server: a, request: "GET /x HTTP/1.1", upstream: "http://127.0.0.1:3000/x", host: "a"',
    ],
    [
      'that quotes a request in an error of nginx, in a container',
      '2026-03-04T05:06:07.123456789Z stderr F 2026/03/04 05:06:07 [warn] 1#1: *1 limiting requests, client: 192.0.2.7, request: "GET /x HTTP/1.1", host: "a"',
    ],
    [
      'that quotes a request in a message',
      '2026-03-04T05:06:07Z INFO sending "GET /x HTTP/1.1" to the backend',
    ],
    [
      'that quotes a request in an error of Apache',
      '[Wed Mar 04 05:06:07.123456 2026] [core:error] [pid 1] AH00126: Invalid URI in request "GET /x HTTP/1.1"',
    ],
    ['of Rails', 'Started GET "/x" for 192.0.2.7 at 2026-03-04 05:06:07 +0000'],
    [
      'of a Network Load Balancer',
      'tls 2.0 2026-03-04T05:06:07 net/lb/1 2 192.0.2.7:1 10.0.0.1:443 5 2 98 246 - arn:aws:acm:x - X tlsv12 - a.example - - -',
    ],
  ])('is not counted %s', (_name, text) => {
    expect(readOne(text)).toBe('unknown');
  });

  it.each(['ANNOUNCE rtsp://192.0.2.7/x', 'INVITE sip:1@a.example', 'GNUTELLA CONNECT/0.6'])(
    'is no HTTP request with "%s"',
    (request) => {
      expect(readOne(`192.0.2.7 - - ${time} "${request}" 400 5 "-" "-"`)).toBe('no-request');
    },
  );

  it('has no address from a clock', () => {
    expect(readOne(`10:00:01 - - ${time} ${rest}`)).not.toHaveProperty('clientIp');
    expect(readOne(`::1 - - ${time} ${rest}`)).toMatchObject({ clientIp: '::1' });
  });
});

describe('a log of', () => {
  it('squid is read in its native format', () => {
    const hit = `${epoch}.123    512 192.0.2.7 TCP_MISS/200 5120 GET http://a.example/x?y=1 - HIER_DIRECT/203.0.113.9 text/html`;
    const tunnel = `${epoch}.123  60512 192.0.2.7 TCP_TUNNEL/200 39 CONNECT a.example:443 jo HIER_DIRECT/203.0.113.9 -`;
    const none = `${epoch}.123      0 192.0.2.7 NONE/000 0 NONE error:transaction-end-before-headers - HIER_NONE/- -`;
    expect(readLog([hit, tunnel, none])).toMatchObject([
      {
        receivedAt: '2026-03-04T05:06:07.123Z',
        method: 'GET',
        path: '/x?y=1',
        status: 200,
        bytes: 5_120,
        durationMs: 512,
        host: 'a.example',
        clientIp: '192.0.2.7',
      },
      { method: 'CONNECT', path: 'a.example:443', status: 200 },
      'no-request',
    ]);
  });

  it('uWSGI is read, in the given zone', () => {
    const text =
      '[pid: 1|app: 0|req: 1/1] 192.0.2.7 (jo) {40 vars in 500 bytes} [Wed Mar  4 05:06:07 2026] POST /x?y => z => generated 5 bytes in 12 msecs (HTTP/1.1 201) 2 headers in 79 bytes (1 switches on core 0)';
    const entry = { method: 'POST', path: '/x?y => z', status: 201, bytes: 5, durationMs: 12 };
    expect(readOne(text)).toMatchObject({ ...entry, receivedAt: '2026-03-04T05:06:07Z' });
    expect(readOne(text, { utcOffset: '+02:00' })).toMatchObject({ receivedAt: '2026-03-04T05:06:07+02:00' });
  });

  it('HAProxy is read with braces in a captured agent, and with headers of the answer', () => {
    const text =
      '192.0.2.7:1 [04/Mar/2026:05:06:07.123] fe be/s1 0/0/1/10/12 200 512 - - ---- 1/1/0/0/0 0/0 {a.example|curl/8 {x}} {nginx/1} "GET /x HTTP/1.1"';
    expect(readOne(text)).toMatchObject({ path: '/x', userAgent: 'curl/8 {x}' });
  });

  it('Lograge has milliseconds with decimals', () => {
    const text =
      'time=2026-03-04T05:06:07Z method=GET path=/x controller=X action=index status=200 duration=12.30';
    expect(readOne(text)).toMatchObject({ durationMs: 12 });
  });

  it('PowerShell, in UTF-16, says what to do', () => {
    const content = createLogReader().read(Buffer.from(line, 'utf16le').toString());
    expect(content).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('iconv') as unknown });
  });

  it('Apache has its microseconds, beside whole seconds', () => {
    const customFormat = '%h %t "%r" %>s %D %T';
    const text = `192.0.2.7 ${time} "GET /x HTTP/1.1" 200 12345 0`;
    expect(readOne(text, { customFormat })).toMatchObject({ durationMs: 12 });
  });

  it('Gin is read', () => {
    const text = '[GIN] 2026/03/04 - 05:06:07 | 404 |    1.234ms |       192.0.2.7 | GET      "/x"';
    expect(readOne(text)).toMatchObject({ receivedAt: '2026-03-04T05:06:07Z', path: '/x', status: 404 });
  });

  it('Lograge is read behind the prefix of its logger, if the zone of that is known', () => {
    const text =
      'I, [2026-03-04T05:06:07.123456 #1]  INFO -- : method=GET path=/x format=html status=200 duration=12';
    expect(readOne(text)).toBe('unknown');
    expect(readOne(text, { utcOffset: '+00:00' })).toMatchObject({ path: '/x', status: 200, durationMs: 12 });
  });

  it('Blue Coat is read, whose queries begin with a question mark', () => {
    const [, entry] = readLog([
      '#Fields: date time time-taken c-ip sc-status cs-method cs-host cs-uri-path cs-uri-query cs(User-Agent)',
      '2026-03-04 05:06:07 35 192.0.2.7 200 GET a.example /x ?y=1 "curl/8 (x)"',
    ]);
    expect(entry).toMatchObject({ path: '/x?y=1', host: 'a.example', userAgent: 'curl/8 (x)', status: 200 });
  });

  it("Microsoft's proxy is read, with its own names of columns", () => {
    const [, entry] = readLog([
      '#Fields: c-ip\tc-agent\tdate\ttime\tcs-referred\tr-host\tsc-bytes\ts-operation\tcs-uri\tsc-status',
      '192.0.2.7\tcurl/8 (x)\t2026-03-04\t05:06:07\t-\ta.example\t5\tGET\thttp://a.example/x\t200',
    ]);
    expect(entry).toMatchObject({ method: 'GET', path: '/x', userAgent: 'curl/8 (x)', host: 'a.example' });
  });

  it('an FTP server of IIS has no requests', () => {
    const lines = [
      '#Fields: date time c-ip cs-method cs-uri-stem sc-status x-session x-fullpath',
      '2026-03-04 05:06:07 192.0.2.7 RETR /x.txt 226 1 /x.txt',
    ];
    expect(readLog(lines)).toEqual(['header', 'no-request']);
  });
});
