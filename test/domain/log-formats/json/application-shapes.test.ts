import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../../../lib/domain/parse-batch.ts';
import { readOne } from '../read-log.ts';

const time = '2026-03-04T05:06:07Z';
const usual = { time, method: 'GET', path: '/x', status: 200 };
const agent = { userAgent: 'curl/8' };

describe('headers as a list', () => {
  it.each([
    ['names and values', [{ name: 'User-Agent', value: 'curl/8' }]],
    ['names and lists of values', [{ name: 'user-agent', value: ['curl/8'] }]],
    ['keys and values', [{ key: 'User-Agent', value: 'curl/8' }]],
    ['pairs', [['accept', '*/*'], ['user-agent', 'curl/8'], []]],
    ['pairs with lists of values', [['User-Agent', ['curl/8']]]],
  ])('of %s have the agent', (_name, headers) => {
    const line = JSON.stringify({ ...usual, headers });
    expect(readOne(line)).toMatchObject(agent);
    expect(parseBatch(Buffer.from(`[${line}]`), 'application/json')).toMatchObject([agent]);
    // A long object is shortened before it is parsed.
    expect(readOne(line.replace('{', `{"other":"${'x'.repeat(5_000)}",`))).toMatchObject(agent);
  });
});

describe('the path', () => {
  it("is that of nginx's request and not the file that it served", () => {
    const fields = { time, request: 'GET /x?a=1 HTTP/1.1', method: 'GET', uri: '/index.php', args: 'a=1' };
    expect(readOne(JSON.stringify(fields))).toMatchObject({ path: '/x?a=1' });
  });

  it('is not the name of a function, where a path stands beside it (Vercel)', () => {
    const fields = {
      timestamp: 1_772_600_767_000,
      path: 'api/x',
      proxy: { method: 'GET', path: '/api/x?a' },
    };
    expect(readOne(JSON.stringify(fields))).toMatchObject({ path: '/api/x?a' });
  });

  it('may be in the key of a route (API Gateway)', () => {
    const fields = { requestTime: '04/Mar/2026:05:06:07 +0000', httpMethod: 'GET', routeKey: 'GET /x' };
    expect(readOne(JSON.stringify({ ...fields, status: '200' }))).toMatchObject({
      method: 'GET',
      path: '/x',
    });
    expect(readOne(JSON.stringify({ ...fields, routeKey: '$default' }))).toBe('no-request');
  });
});

describe('a line is not counted', () => {
  it.each([
    ['of RTSP', { time, method: 'OPTIONS', path: '*', protocol: 'RTSP/1.0', status: 200 }],
    ['of SIP', { time, method: 'INVITE', path: '/x', server_protocol: 'SIP/2.0', status: 200 }],
    [
      'of an application, to which pino-http has bound the request',
      { time, level: 30, req: { method: 'GET', url: '/x' }, msg: 'user found' },
    ],
    [
      "of an application, in chi's httplog",
      { time, httpRequest: { method: 'GET', url: '/x' }, msg: 'saved' },
    ],
  ])('%s', (_name, fields) => {
    const line = JSON.stringify(fields);
    expect(readOne(line)).toBe('no-request');
    expect(() => parseBatch(Buffer.from(`[${line}]`), 'application/json')).toThrow(/not valid/);
  });
});

describe("Python's form of an object", () => {
  it.each([
    [
      `{'time': '${time}', 'method': 'GET', 'path': '/x', 'status': 200, 'user_agent': 'curl/8', 'user': None}`,
      '/x',
    ],
    [`{ 'time': '${time}', 'method': 'GET', 'path': "/it's", 'user_agent': 'curl/8', 'ok': True}`, "/it's"],
    [
      String.raw`{'time': '${time}', 'method': 'GET', 'path': '/it\'s"\xe9\\', 'user_agent': 'curl/8'}`,
      String.raw`/it's"é\ `.trim(),
    ],
    [
      `2026-03-04 05:06:08 INFO {'time': '${time}', 'method': 'GET', 'path': '/x', 'user_agent': 'curl/8'}`,
      '/x',
    ],
  ])('is read: %s', (line, path) => {
    expect(readOne(line)).toMatchObject({ receivedAt: time, path, ...agent });
  });

  it('is read in time that is proportional to its length', () => {
    for (const part of ["'", "\\'", "'a': ", '"'])
      expect(readOne(`{'a': ${part.repeat(60_000 / part.length)}}`)).toBe('unknown');
  });
});
