import { describe, expect, it } from 'vitest';
import { readOne } from '../read-log.ts';
import { applicationLogs } from './application-logs.ts';
import { cloudLogs } from './cloud-logs.ts';
import type { LoggedRequest } from './logged-request.ts';
import { serverLogs } from './server-logs.ts';

const at = '2026-03-04T05:06:07Z';
const clf = '04/Mar/2026:05:06:07 +0000';
const epoch = 1_772_600_767;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0';
const usual = { method: 'GET', path: '/x', status: 200, userAgent: 'curl/8' };
const instant = (text: string): number => Date.parse(text);

describe('JSON of', () => {
  it.each<LoggedRequest>([
    ...cloudLogs,
    ...serverLogs,
    ...applicationLogs,
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
