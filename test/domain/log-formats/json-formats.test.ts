import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fieldAliases } from '../../../lib/domain/field-aliases.ts';
import { repairJson } from '../../../lib/domain/log-formats/almost-json.ts';
import { instantOf } from '../../../lib/domain/log-formats/instant.ts';
import { readLog, readOne } from './read-log.ts';

const at = '2026-03-04T05:06:07Z';
const clf = '04/Mar/2026:05:06:07 +0000';
const epoch = 1_772_600_767;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0';
const line = `192.0.2.7 - - [${clf}] "GET /x HTTP/1.1" 200 5 "-" "curl/8"`;
const usual = { method: 'GET', path: '/x', status: 200, userAgent: 'curl/8' };

const instant = (text: string): number => Date.parse(text);

describe('JSON of', () => {
  it.each<[string, object, object?]>([
    [
      'Istio',
      {
        authority: 'a.example',
        bytes_sent: 770,
        duration: 26,
        method: 'GET',
        path: '/x',
        response_code: 200,
        start_time: at,
        user_agent: 'curl/8',
      },
      { bytes: 770, durationMs: 26, host: 'a.example' },
    ],
    [
      'Envoy',
      {
        start_time: at,
        response_code: '200',
        ':method': 'GET',
        'x-envoy-original-path': '-',
        path: '/x',
        user_agent: 'curl/8',
        method: 'GET',
      },
    ],
    ['older Istio', { method: 'GET', url: '/x', responseCode: 200, time: at, userAgent: 'curl/8' }],
    [
      'Cloudflare',
      {
        ClientIP: '192.0.2.7',
        ClientRequestHost: 'a.example',
        ClientRequestMethod: 'GET',
        ClientRequestURI: '/x',
        ClientRequestUserAgent: 'curl/8',
        EdgeResponseBytes: 512,
        EdgeResponseStatus: 200,
        EdgeStartTimestamp: epoch * 1e9,
        EdgeEndTimestamp: 1,
      },
      { bytes: 512, host: 'a.example', clientIp: '192.0.2.7' },
    ],
    [
      'Kong',
      {
        started_at: epoch * 1_000,
        request: {
          method: 'GET',
          uri: '/x',
          url: 'http://a.example:8000/x',
          headers: { 'user-agent': 'curl/8', host: 'a.example' },
        },
        response: { status: 200, size: '434' },
        latencies: { request: 12, proxy: 10 },
      },
      { bytes: 434, durationMs: 12, host: 'a.example' },
    ],
    [
      'pino-http',
      {
        level: 30,
        time: epoch * 1_000,
        req: { id: 1, method: 'GET', url: '/x', headers: { host: 'a.example', 'user-agent': 'curl/8' } },
        res: { statusCode: 200 },
        responseTime: 12,
        msg: 'request completed',
      },
      { durationMs: 12 },
    ],
    [
      'API Gateway',
      {
        requestId: '1',
        ip: '192.0.2.7',
        requestTime: clf,
        httpMethod: 'GET',
        routeKey: 'GET /{proxy+}',
        resourcePath: '/{proxy+}',
        path: '/x',
        status: '200',
        responseLength: '5',
        userAgent: 'curl/8',
      },
    ],
    [
      'Logstash',
      {
        '@timestamp': '2026-03-04T09:00:00Z',
        timestamp: clf,
        clientip: '192.0.2.7',
        verb: 'GET',
        request: '/x',
        httpversion: '1.1',
        response: '200',
        bytes: '5',
        agent: 'curl/8',
      },
    ],
    [
      'fluent-bit',
      {
        time: at,
        remote: '192.0.2.7',
        host: '-',
        user: '-',
        method: 'GET',
        path: '/x',
        code: '200',
        size: '5',
        agent: 'curl/8',
      },
      { bytes: 5 },
    ],
    [
      'Azure',
      {
        category: 'ApplicationGatewayAccessLog',
        time: at,
        properties: {
          clientIP: '192.0.2.7',
          httpMethod: 'GET',
          requestUri: '/x',
          requestQuery: '',
          userAgent: 'curl/8',
          httpStatus: 200,
          sentBytes: 512,
        },
      },
      { bytes: 512 },
    ],
    [
      'Google Cloud',
      {
        httpRequest: {
          latency: '0.012s',
          requestMethod: 'GET',
          requestUrl: 'https://a.example/x',
          responseSize: '512',
          status: 200,
          userAgent: 'curl/8',
        },
        timestamp: at,
        receiveTimestamp: '2026-03-04T09:00:00Z',
      },
      { bytes: 512, durationMs: 12, host: 'a.example' },
    ],
    [
      'AWS WAF, headers as a list',
      {
        timestamp: epoch * 1_000,
        httpRequest: {
          uri: '/x',
          httpMethod: 'GET',
          headers: [
            { name: 'Host', value: 'a.example' },
            { name: 'User-Agent', value: 'curl/8' },
          ],
        },
        status: 200,
      },
    ],
    [
      'Fastly',
      {
        timestamp: at,
        client_ip: '192.0.2.7',
        host: 'a.example',
        url: '/x',
        request_method: 'GET',
        request_user_agent: 'curl/8',
        response_status: 200,
        response_body_size: 512,
      },
      { bytes: 512, host: 'a.example' },
    ],
    [
      'Traefik',
      {
        StartUTC: at,
        RequestMethod: 'GET',
        RequestPath: '/x',
        DownstreamStatus: 200,
        'request_User-Agent': 'curl/8',
        Duration: 12_000_000,
        DownstreamContentSize: 5,
        RequestHost: 'a.example',
      },
      { durationMs: 12 },
    ],
    [
      'Caddy',
      {
        level: 'info',
        ts: epoch + 0.25,
        request: { method: 'GET', host: 'a.example', uri: '/x', headers: { 'User-Agent': ['curl/8'] } },
        size: 512,
        duration: 0.012,
        status: 200,
      },
      { bytes: 512, durationMs: 12 },
    ],
    ['HAProxy', { time: clf, http_status: 200, http_request: 'GET /x HTTP/1.1', user_agent: 'curl/8' }],
    [
      'nginx',
      {
        time_iso8601: at,
        request: 'GET /x HTTP/1.1',
        status: '200',
        http_user_agent: 'curl/8',
        body_bytes_sent: '512',
        request_time: '0.012',
      },
      { bytes: 512, durationMs: 12 },
    ],
    [
      'CloudFront',
      {
        date: '2026-03-04',
        time: '05:06:07',
        'cs-method': 'GET',
        'cs-uri-stem': '/x',
        'cs-uri-query': '-',
        'sc-status': '200',
        'cs(User-Agent)': 'curl/8',
      },
    ],
    [
      'ECS',
      {
        '@timestamp': at,
        http: { request: { method: 'GET' }, response: { status_code: 200, body: { bytes: 512 } } },
        url: { original: '/x', path: '/x' },
        user_agent: { original: 'curl/8', name: 'curl' },
        event: { duration: 12_000_000 },
      },
      { bytes: 512, durationMs: 12 },
    ],
    [
      'ECS with dots',
      {
        '@timestamp': at,
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'url.path': '/x',
        'user_agent.original': 'curl/8',
      },
    ],
    [
      'OpenTelemetry',
      {
        timestamp: at,
        attributes: {
          'http.method': 'GET',
          'http.target': '/x',
          'http.status_code': 200,
          'http.user_agent': 'curl/8',
        },
      },
    ],
    [
      'Vercel',
      {
        timestamp: epoch * 1_000,
        proxy: {
          timestamp: epoch * 1_000,
          method: 'GET',
          path: '/x',
          statusCode: 200,
          userAgent: ['curl/8'],
          host: 'a.example',
        },
      },
    ],
    [
      'logback-access',
      {
        '@timestamp': at,
        requested_uri: '/x',
        method: 'GET',
        status_code: 200,
        user_agent: 'curl/8',
        elapsed_time: 12,
      },
      { durationMs: 12 },
    ],
    [
      'Echo',
      {
        time: at,
        remote_ip: '192.0.2.7',
        host: 'a.example',
        method: 'GET',
        uri: '/x',
        user_agent: 'curl/8',
        status: 200,
        bytes_out: 512,
      },
      { bytes: 512 },
    ],
    [
      'express-winston',
      {
        timestamp: at,
        level: 'info',
        meta: {
          req: { method: 'GET', url: '/x', headers: { 'user-agent': 'curl/8' } },
          res: { statusCode: 200 },
          responseTime: 12,
        },
      },
    ],
    [
      'a time in brackets',
      { time: `[${clf}]`, request: 'GET /x HTTP/1.1', status: '200', userAgent: 'curl/8' },
    ],
    [
      'a request that is a path',
      { time: at, request: '/x', query: '', method: 'GET', status: '200', userAgent: 'curl/8' },
    ],
    ['lists', { time: [at], method: ['GET'], path: ['/x'], status: ['200'], userAgent: ['curl/8'] }],
    [
      'a status with its reason',
      { time: at, method: 'GET', path: '/x', status: '200 OK', userAgent: 'curl/8' },
    ],
    [
      'names in any case',
      { Time: at, METHOD: 'GET', Request_URI: '/x', StatusCode: 200, 'User-Agent': 'curl/8' },
    ],
  ])('%s is read', (_name, fields, more = {}) => {
    const entry = readOne(JSON.stringify(fields));
    expect(entry).toMatchObject({ ...usual, ...more });
    expect(Math.floor(instant((entry as { receivedAt: string }).receivedAt) / 1_000)).toBe(epoch);
  });

  it('a field that holds an object does not hide the next name', () => {
    const fields = {
      '@timestamp': at,
      agent: { type: 'filebeat' },
      user_agent: { original: 'curl/8' },
      request: { id: 1 },
      method: 'GET',
      url: { path: '/x' },
      response: { status_code: 200 },
    };
    expect(readOne(JSON.stringify(fields))).toMatchObject(usual);
  });

  it("a server's time comes before the time of the program that read the log", () => {
    const fields = {
      '@timestamp': '2026-03-04T09:00:00Z',
      time_iso8601: at,
      request: 'GET /x HTTP/1.1',
      status: 200,
    };
    expect(readOne(JSON.stringify(fields))).toMatchObject({ receivedAt: at });
  });

  it.each([
    ['Azure', 'Mozilla/5.0+(X11;+Linux+x86_64;+rv:121.0)+Gecko/20100101+Firefox/121.0'],
    ['CloudFront', firefox.replaceAll(' ', '%20')],
    ['older CloudFront', firefox.replaceAll(' ', '%2520')],
    ['others', firefox],
  ])('%s has its agent decoded', (_name, userAgent) => {
    expect(readOne(JSON.stringify({ time: at, method: 'GET', path: '/x', userAgent }))).toMatchObject({
      userAgent: firefox,
    });
  });

  it('connections that are no request have no entry', () => {
    const tcp = { method: '-', path: '-', protocol: '-', response_code: 0, start_time: at, user_agent: '-' };
    expect(readOne(JSON.stringify(tcp))).toBe('no-request');
    expect(readOne(JSON.stringify({ time: at, request: '-', status: 400 }))).toBe('no-request');
  });

  it('a service that logs other things has unknown lines', () => {
    expect(readOne('{"level":"info","msg":"listening","port":3000}')).toBe('unknown');
    expect(readOne('{"time":"2026-03-04 05:06:07","method":"GET","path":"/x"}')).toBe('unknown');
  });
});

describe('an envelope of JSON', () => {
  it.each<[string, object]>([
    ['docker', { log: `${line}\n`, stream: 'stdout', time: '2026-03-04T09:00:00.123Z' }],
    [
      'Filebeat',
      {
        '@timestamp': '2026-03-04T09:00:00Z',
        '@metadata': { beat: 'filebeat' },
        message: line,
        log: { file: { path: '/x' } },
        agent: { type: 'filebeat' },
      },
    ],
    ['journald', { __REALTIME_TIMESTAMP: '1772600999123456', _COMM: 'nginx', MESSAGE: line }],
    ['journald with bytes', { __REALTIME_TIMESTAMP: '1772600999123456', MESSAGE: [...Buffer.from(line)] }],
    ['Google Cloud', { textPayload: line, timestamp: '2026-03-04T09:00:00Z' }],
    ['ECS', { '@timestamp': '2026-03-04T09:00:00Z', event: { original: line } }],
    [
      'docker, of JSON',
      { log: `${JSON.stringify({ time: at, ...usual })}\n`, stream: 'stdout', time: '2026-03-04T09:00:00Z' },
    ],
    ['docker, of syslog', { log: `<190>Mar  4 05:06:08 web nginx: ${line}\n`, time: '2026-03-04T09:00:00Z' }],
  ])('by %s is opened, and its line has its own time', (_name, fields) => {
    expect(readOne(JSON.stringify(fields))).toMatchObject(usual);
    const { receivedAt } = readOne(JSON.stringify(fields)) as { receivedAt: string };
    expect(instant(receivedAt)).toBe(epoch * 1_000);
  });

  it('gives its time to a line that has none', () => {
    const fields = { log: 'INFO: 192.0.2.7:1 - "GET /x HTTP/1.1" 200 OK\n', stream: 'stdout', time: at };
    expect(readOne(JSON.stringify(fields))).toMatchObject({ receivedAt: at, path: '/x', status: 200 });
  });
});

describe('what is almost JSON', () => {
  it.each([
    [String.raw`{"t":"a \x22q\x22 \xC3\xA3"}`, { t: 'a "q" ã' }],
    [String.raw`{"t":"a\\x22","u":"\\"}`, { t: String.raw`a\x22`, u: '\\' }],
    ['{"a":,"b":-,"c":}', { a: null, b: null, c: null }],
    ['{"a": -, "b":-1,"c":": ,"}', { a: null, b: -1, c: ': ,' }],
    ['{"a":000,"b":0.1, 0.2,"c":1,}', { a: '000', b: '0.1, 0.2', c: 1 }],
    ['{"a":{"b":-},"c":[1,2],"d":true }', { a: { b: null }, c: [1, 2], d: true }],
    ['{"a":"x\ty"}', { a: 'x\ty' }],
    [String.raw`{"a":"\q"}`, { a: String.raw`\q` }],
  ])('%s is repaired', (text, value) => {
    expect(JSON.parse(repairJson(text))).toEqual(value);
  });

  it('is read', () => {
    const nginx = String.raw`{"time_iso8601":"${at}","request":"GET /x HTTP/1.1","status":200,"upstream":-,"rt":,"http_user_agent":"say \x22hi\x22"}`;
    expect(readOne(nginx)).toMatchObject({ path: '/x', status: 200, userAgent: 'say "hi"' });
  });
});

describe('an instant', () => {
  it.each([
    [String(epoch), at.replace('Z', '.000Z')],
    [`${epoch}.5`, '2026-03-04T05:06:07.500Z'],
    [`${epoch}123`, '2026-03-04T05:06:07.123Z'],
    [`${epoch}123456`, '2026-03-04T05:06:07.123Z'],
    [`${epoch}123456789`, '2026-03-04T05:06:07.123Z'],
    ['2026-03-04 05:06:07,5+0100', '2026-03-04T05:06:07.5+01:00'],
    ['2026-03-04 05:06:07.123456 +0000 UTC', '2026-03-04T05:06:07.123456+00:00'],
    ['2026/03/04 05:06:07 Z', at],
    [clf, '2026-03-04T05:06:07+00:00'],
    ['Wed, 04 Mar 2026 05:06:07 GMT', at],
    ['0.012', undefined],
    ['2026-03-04 05:06:07', undefined],
    ['04/Foo/2026:05:06:07 +0000', undefined],
    ['text', undefined],
  ])('is read from %s', (text, expected) => {
    expect(instantOf(text)).toBe(expected);
  });
});

describe('the names of fields', () => {
  it('can be given', () => {
    const fieldNames = new Map([
      ['path', 'req.target'],
      ['receivedAt', 'when'],
    ] as const);
    const fields = { when: epoch, method: 'GET', path: '/not-this', req: { target: '/x' } };
    expect(readOne(JSON.stringify(fields), { fieldNames })).toMatchObject({ path: '/x' });
    expect(readOne(JSON.stringify({ ...fields, req: {} }), { fieldNames })).toBe('unknown');
  });

  it('are in the documentation', () => {
    const page = readFileSync(new URL('../../../docs/reference/formats.md', import.meta.url), 'utf8');
    const [, table = ''] = page.split('| field | names |');
    const rows = table.split('\n').filter((row) => /^\| `\w+` \| `/.test(row));
    expect(rows).toEqual(
      Object.entries(fieldAliases).map(
        ([field, names]) => `| \`${field}\` | ${names.map((name) => `\`${name}\``).join(', ')} |`,
      ),
    );
  });

  it('of a hostile log cost no memory', () => {
    const lines = Array.from(
      { length: 12_000 },
      (_, count) => `{"k${count}":{"l${count}":1},"time":"${at}","method":"GET","path":"/x"}`,
    );
    expect(readLog(lines).every((entry) => typeof entry === 'object')).toBe(true);
  });
});
