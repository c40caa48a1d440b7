import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detectFormat, UnknownFormat } from '../../../commands/ship/earlier-scheme/formats/detect-format.ts';
import { instantOf } from '../../../commands/ship/earlier-scheme/formats/json-instant.ts';
import {
  createFormat,
  formatNames,
  type FormatName,
} from '../../../commands/ship/earlier-scheme/formats/known-formats.ts';

const plain = { isQueryKept: false, fieldNames: new Map() };

function linesOf(file: string): string[] {
  const text = readFileSync(new URL(`../../fixtures/logs/${file}`, import.meta.url), 'utf8');
  return text.trimEnd().split('\n');
}

function detect(lines: readonly string[]) {
  return detectFormat(
    lines,
    formatNames.map((name) => createFormat(name, plain)),
  );
}

/** Reads each line of a sample: an entry, a reason, or nothing. */
function readAll(file: string, options: Partial<typeof plain> = {}): unknown[] {
  const lines = linesOf(file);
  const { name } = detect(lines);
  const format = createFormat(name as FormatName, { ...plain, ...options });
  return lines.map((line) => {
    const read = format.read(line);
    return read?.entry ?? read?.reason;
  });
}

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/78.0.3904.108 Safari/537.36';

describe('in the earlier scheme, a log of', () => {
  it.each([
    ['apache-common.log', 'common'],
    ['apache-combined.log', 'combined'],
    ['nginx.log', 'combined'],
    ['alb.log', 'alb'],
    ['cloudfront.log', 'cloudfront'],
    ['caddy.json', 'json'],
    ['traefik.json', 'json'],
    ['nginx.json', 'json'],
  ])('%s is found to be %s', (file, name) => {
    expect(detect(linesOf(file)).name).toBe(name);
    expect(detect(['garbage', ...linesOf(file)]).name).toBe(name);
  });

  it('an unknown format is refused, with its first line', () => {
    expect(() => detect(['# a comment', 'Dec 28 18:03:07 host sshd[1]: hello'])).toThrow(UnknownFormat);
    expect(() => detect(['Dec 28 18:03:07 host sshd[1]: hello'])).toThrow(/sshd/);
  });

  it("Apache's common format is read", () => {
    expect(readAll('apache-common.log')).toEqual([
      {
        receivedAt: '2000-10-10T13:55:36-07:00',
        method: 'GET',
        path: '/apache_pb.gif',
        userAgent: '',
        status: 200,
      },
    ]);
  });

  it("Apache's combined format is read, with escapes, IPv6, virtual hosts, users with spaces and offsets", () => {
    expect(readAll('apache-combined.log')).toEqual([
      {
        receivedAt: '2000-10-10T13:55:36-07:00',
        method: 'GET',
        path: '/apache_pb.gif',
        userAgent: 'Mozilla/4.08 [en] (Win98; I ;Nav)',
        status: 200,
      },
      {
        receivedAt: '2025-12-28T23:59:59+05:30',
        method: 'POST',
        path: '/café',
        userAgent: 'agent "quoted" \\ and\ttab',
        status: 201,
      },
      {
        receivedAt: '2025-12-28T18:03:07+00:00',
        method: 'HEAD',
        path: '/',
        userAgent: 'curl/8.7.1',
        status: 304,
      },
      'no request was made on the connection',
      'receivedAt must be an RFC 3339 instant of the years 1970–9999, such as 2025-12-28T18:03:07Z',
    ]);
  });

  it("nginx's formats are read, with HTTP/2, HTTP/0.9, spaces in paths and lines that are not HTTP", () => {
    const local = { receivedAt: '2025-12-28T18:03:07+00:00', method: 'GET' };
    expect(readAll('nginx.log', { isQueryKept: true })).toEqual([
      {
        receivedAt: '2015-07-14T01:04:02+00:00',
        method: 'GET',
        path: '/',
        userAgent: 'curl/7.35.0',
        status: 200,
      },
      {
        receivedAt: '2015-07-14T01:04:03+00:00',
        method: 'GET',
        path: '/',
        userAgent: 'curl/7.35.0',
        status: 200,
      },
      { ...local, path: '/search?q="x"', userAgent: 'Agent "✓" \\x', status: 200 },
      String.raw`the request is not an HTTP request: \x16\x03\x01\x00\xEE\x01\x00`,
      { ...local, path: '/', userAgent: '-', status: 200 },
      { ...local, path: '/a b', userAgent: '-', status: 400 },
      'no request was made on the connection',
    ]);
  });

  it('an Application Load Balancer is read, by the time of the request if it has one', () => {
    const read = { receivedAt: '2018-07-02T22:22:48.364000Z', method: 'GET', path: '/' };
    expect(readAll('alb.log')).toEqual([
      { ...read, userAgent: 'curl/7.46.0', status: 200 },
      { ...read, userAgent: 'curl/7.46.0', status: 200 },
      { ...read, userAgent: 'curl/7.46.0', status: 200 },
      { ...read, userAgent: '-', status: 101 },
      { ...read, receivedAt: '2016-08-10T00:10:33.145057Z', userAgent: 'curl/7.46.0', status: 200 },
      'the request is not an HTTP request: - http://www.example.com:80- -',
    ]);
    expect(readAll('alb.log', { isQueryKept: true })[4]).toMatchObject({ path: '/?a=1' });
  });

  it('CloudFront is read by its header, in UTC, with agents that are encoded once or twice', () => {
    expect(readAll('cloudfront.log', { isQueryKept: true })).toEqual([
      undefined,
      undefined,
      {
        receivedAt: '2019-12-04T21:02:31Z',
        method: 'GET',
        path: '/index.html',
        userAgent: chrome,
        status: 200,
      },
      {
        receivedAt: '2019-12-04T21:02:32Z',
        method: 'GET',
        path: '/a%20b.html?w=1200&q=90',
        userAgent: 'Mozilla/5.0 (X11) Chrome/52.0',
      },
      'has 11 columns, where the header names 33',
    ]);
    const other = createFormat('cloudfront', plain);
    expect(other.read('2019-12-04\t21:02:31')?.reason).toBe(
      'comes before any #Fields: that names the columns',
    );
    other.read('#Fields: cs-uri-stem date time cs-method');
    expect(other.read('/x\t2019-12-04\t21:02:31\tGET')?.entry).toMatchObject({ path: '/x', userAgent: '-' });
  });

  it('Caddy, Traefik and nginx as JSON are read', () => {
    expect(readAll('caddy.json')).toEqual([
      {
        receivedAt: '2022-03-09T21:30:01.524Z',
        method: 'GET',
        path: '/',
        userAgent: 'curl/7.82.0',
        status: 200,
      },
      'has no field for path (path, request_uri, RequestPath …); --field path=NAME says where it is',
    ]);
    expect(readAll('traefik.json', { isQueryKept: true })).toMatchObject([
      {
        receivedAt: '2021-05-20T08:40:05.307589003Z',
        path: '/ui/api/v1/ui/artifactproperties?repoKey=docker-demo-prod-local&path=abbrev%2F-%2Fabbrev-1.1.1.tgz',
        userAgent: expect.stringContaining('Chrome/90') as unknown,
        status: 200,
      },
    ]);
    expect(readAll('nginx.json')).toMatchObject([
      { receivedAt: '2024-04-22T17:56:07+00:00', method: 'HEAD', path: '/a', status: 400 },
      { receivedAt: '2020-01-05T20:25:45+08:00', method: 'GET', path: '/my_info', userAgent: 'curl/8.7.1' },
    ]);
  });

  it('entries of our own is read unchanged', () => {
    const entry = {
      receivedAt: '2025-12-28T18:03:07Z',
      method: 'get',
      path: '/a',
      userAgent: '',
      status: 204,
    };
    expect(createFormat('json', plain).read(JSON.stringify(entry))).toEqual({ entry });
  });
});

describe('in the earlier scheme, JSON', () => {
  it('is read by the given names', () => {
    const fieldNames = new Map([
      ['path', 'req.target'],
      ['receivedAt', 'at'],
      ['userAgent', 'ua=1'],
    ] as const);
    const format = createFormat('json', { isQueryKept: false, fieldNames });
    const line = {
      at: 1_766_945_000,
      method: 'GET',
      path: '/not-this',
      req: { target: 'http://h/x?y' },
      'ua=1': 'a/1',
    };
    expect(format.read(JSON.stringify(line))?.entry).toMatchObject({ path: '/x', userAgent: 'a/1' });
    expect(format.read(JSON.stringify({ ...line, req: {} }))?.reason).toContain(
      'has no field for path (req.target',
    );
  });

  it.each(['[1]', '"text"', 'null', '{', '{"method":"GET"}', '{"ts":1,"method":"GET","uri":{}}'])(
    'skips %s with a reason',
    (line) => {
      expect(createFormat('json', plain).read(line)?.reason).toBeTypeOf('string');
    },
  );

  it('ignores inherited fields', () => {
    const line = '{"receivedAt":"2025-12-28T18:03:07Z","method":"GET","path":"/","__proto__":{"status":200}}';
    expect(createFormat('json', plain).read(line)?.entry).not.toHaveProperty('status');
  });

  it.each([
    [1_646_861_401.5241024, '2022-03-09T21:30:01.524Z'],
    ['1646861401.524', '2022-03-09T21:30:01.524Z'],
    [1_646_861_401_524, '2022-03-09T21:30:01.524Z'],
    [1_646_861_401_524_102, '2022-03-09T21:30:01.524Z'],
    ['1646861401524102400', '2022-03-09T21:30:01.524Z'],
    ['2022-03-09 21:30:01,5+0100', '2022-03-09T21:30:01.5+01:00'],
    ['09/Mar/2022:21:30:01 +0100', '2022-03-09T21:30:01+01:00'],
    ['2022-03-09T21:30:01Z', '2022-03-09T21:30:01Z'],
    ['2022-03-09 21:30:01', '2022-03-09 21:30:01'],
    [true, ''],
  ])('has %s for an instant', (value, instant) => {
    expect(instantOf(value, undefined)).toBe(instant);
  });

  it('may have separate fields for date and time, in UTC', () => {
    expect(instantOf('21:30:01', '2022-03-09')).toBe('2022-03-09T21:30:01Z');
  });
});
