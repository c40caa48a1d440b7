import { describe, expect, it } from 'vitest';
import { readOne } from '../read-log.ts';

const at = '2026-03-04T05:06:07Z';
const epoch = 1_772_600_767;
const usual = { method: 'GET', path: '/x', status: 200, userAgent: 'curl/8' };
const clf = '192.0.2.7 - - [04/Mar/2026:05:06:07 +0000] "GET /x HTTP/1.1" 200 5 "-" "curl/8"';

function secondOf(entry: ReturnType<typeof readOne>): number {
  return typeof entry === 'object' ? Math.floor(Date.parse(entry.receivedAt) / 1_000) : NaN;
}

describe('a line of JSON', () => {
  it.each([
    ['2026-03-04T05:06:07Z[UTC]'],
    ['2026-03-04T06:06:07.123+01:00[Europe/Berlin]'],
    ['20260304T050607Z'],
    ['Wed Mar  4 05:06:07 UTC 2026'],
    ['Wed Mar 04 05:06:07 +0000 2026'],
    ['1.772600767123e+09'],
    [{ $date: at }],
  ])('may have the time %j', (time) => {
    const entry = readOne(JSON.stringify({ ...usual, time }));
    expect(entry).toMatchObject(usual);
    expect(secondOf(entry)).toBe(epoch);
  });

  it('may have a time without seconds, as Java writes whole minutes', () => {
    for (const time of ['2026-03-04T05:06Z', '2026-03-04T06:06+01:00'])
      expect(secondOf(readOne(JSON.stringify({ ...usual, time })))).toBe(epoch - 7);
  });

  it("has the server's time of a request before the time at which it was read", () => {
    const fields = { '@timestamp': '2026-03-04T09:00:00Z', request_timestamp: at, ...usual };
    expect(readOne(JSON.stringify(fields))).toMatchObject({ receivedAt: at });
  });

  it.each([
    ['quotes', { method: 'GET', path: '"/x"' }],
    ['a whole request line as its path', { method: 'GET', path: 'GET /x HTTP/1.1' }],
    ['a protocol behind its path', { method: 'GET', request: '/x HTTP/1.1' }],
    ['a request line in quotes', { request: '"GET /x HTTP/1.1"' }],
    ['a path without its first slash, as Akamai writes it', { reqMethod: 'GET', reqPath: 'x' }],
    ['the path of Envoy Gateway', { method: 'GET', 'x-envoy-origin-path': '/x' }],
    ['the path of a nested request', { http: { request: { method: 'GET', url: '/x' } } }],
    ['the path of a parsed address', { method: 'GET', url: { pathname: '/x' } }],
  ])('may have %s', (_name, fields) => {
    expect(readOne(JSON.stringify({ time: at, status: 200, userAgent: 'curl/8', ...fields }))).toMatchObject(
      usual,
    );
  });

  it.each([
    [{ status: 'HTTP/1.1 200 OK' }],
    [{ status: '"200"' }],
    [{ status: { code: 200 } }],
    [{ resp_code: 200 }],
    [{ http: { response: { status: 200 } } }],
    [{ response: { code: '200' } }],
    [{ upstream_status: '200, 502' }],
  ])('may have its status as %j', (status) => {
    const { status: _, ...others } = usual;
    expect(readOne(JSON.stringify({ time: at, ...others, ...status }))).toMatchObject(usual);
  });

  it.each([
    [{ header: { 'User-Agent': 'curl/8' } }],
    [{ http: { headers: { 'user-agent': ['curl/8'] } } }],
    [{ http_agent: 'curl/8' }],
    [{ httpRequest: { header: { 'user-agent': 'curl/8' } } }],
  ])('may have its agent as %j', (agent) => {
    const { userAgent: _, ...others } = usual;
    expect(readOne(JSON.stringify({ time: at, ...others, ...agent }))).toMatchObject(usual);
  });

  it.each([
    ['sip', { method: 'OPTIONS', uri: 'sip:nm' }],
    ['rtsp', { method: 'DESCRIBE', uri: 'rtsp://192.0.2.7/x' }],
    ['the start of HTTP/2', { method: 'PRI', uri: '*' }],
  ])('is no HTTP request with %s', (_name, fields) => {
    expect(readOne(JSON.stringify({ time: at, status: 400, ...fields }))).toBe('no-request');
  });

  it.each([
    ['[', ','],
    ['', ','],
    ['', ']'],
    [',', ''],
  ])('may be an element of a list: %s{…}%s', (before, after) => {
    expect(readOne(before + JSON.stringify({ time: at, ...usual }) + after)).toMatchObject(usual);
  });

  it('counts a request once that django-structlog logs when it starts and when it ends', () => {
    const request = { request: 'GET /x', timestamp: at };
    expect(readOne(JSON.stringify({ ...request, event: 'request_started' }))).toBe('no-request');
    expect(readOne(JSON.stringify({ ...request, event: 'request_finished', code: 200 }))).toMatchObject({
      path: '/x',
    });
  });

  it('is not read where it holds several requests', () => {
    const two = [
      { time: at, ...usual },
      { time: at, ...usual },
    ];
    expect(readOne(JSON.stringify(two))).toBe('unknown');
    expect(readOne(JSON.stringify({ records: two }))).toBe('unknown');
  });

  it('may have an escape that is none', () => {
    const text = JSON.stringify({ time: at, ...usual, query: 'QQ' }).replace('QQ', String.raw`\u00g`);
    expect(readOne(text)).toMatchObject({ method: 'GET', status: 200 });
  });
});

describe('an envelope', () => {
  it.each([
    ['GELF', { short_message: clf.slice(0, 20), full_message: clf, timestamp: epoch + 5 }],
    ["Azure's container log", { TimeGenerated: '2026-03-04T05:06:09Z', LogEntry: clf }],
    ["Azure's newer container log", { TimeGenerated: '2026-03-04T05:06:09Z', LogMessage: clf }],
    [
      'fluent-bit that has merged the fields',
      { '@timestamp': '2026-03-04T05:06:09Z', log: 'x', log_processed: { time: at, ...usual } },
    ],
    [
      "Azure's App Service, with its fields in a text",
      {
        time: at,
        properties: JSON.stringify({
          CsMethod: 'GET',
          CsUriStem: '/x',
          ScStatus: '200',
          UserAgent: 'curl/8',
        }),
      },
    ],
    ['docker, of JSON without a time', { log: `${JSON.stringify(usual)}\n`, stream: 'stdout', time: at }],
  ])('of %s is opened', (_name, fields) => {
    const entry = readOne(JSON.stringify(fields));
    expect(entry).toMatchObject(usual);
    expect(secondOf(entry)).toBe(epoch);
  });

  it('of JSON has the time beside it for a line without one, in the given zone', () => {
    const text = JSON.stringify({
      asctime: '2026-03-04 05:06:07,123',
      message: '192.0.2.7:1 - "GET /x HTTP/1.1" 200',
    });
    expect(readOne(text)).toBe('unknown');
    expect(readOne(text, { utcOffset: '+00:00' })).toMatchObject({ path: '/x', status: 200 });
  });

  it('of a console, in front of JSON, has the time of the line', () => {
    const json = JSON.stringify({
      request: { method: 'GET', uri: '/x', headers: { 'User-Agent': ['curl/8'] } },
      status: 200,
    });
    const text = `2026/03/04 05:06:07.123\tINFO\thttp.log.access\thandled request\t${json}`;
    expect(readOne(text)).toBe('unknown');
    expect(readOne(text, { utcOffset: '+00:00' })).toMatchObject({
      ...usual,
      receivedAt: '2026-03-04T05:06:07.123+00:00',
    });
  });
});
