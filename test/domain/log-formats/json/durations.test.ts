import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../../../lib/domain/parse-batch.ts';
import { readOne } from '../read-log.ts';

const time = '2026-03-04T05:06:07Z';
const usual = { time, method: 'GET', path: '/x', status: 200 };

/** The fields of a program, and the milliseconds that they mean. */
type Case = [program: string, fields: object, durationMs: number | undefined];

describe('a duration has the unit of the program that wrote it:', () => {
  it.each<Case>([
    ['Lograge', { ...usual, format: 'html', controller: 'X', action: 'y', duration: 58.33, view: 40.43 }, 58],
    ['Lograge for Graylog', { ...usual, _controller: 'X', _action: 'y', _duration: 58.33 }, 58],
    ['GitLab', { ...usual, controller: 'X', action: 'y', db_duration_s: 0.2, duration_s: 1.25 }, 1_250],
    ['GitLab Workhorse', { ...usual, uri: '/x', duration_ms: 12, written_bytes: 5 }, 12],
    ['Caddy', { ts: time, request: { method: 'GET', uri: '/x' }, duration: 1.25, status: 200 }, 1_250],
    ['Caddy, very short', { ts: time, request: { method: 'GET', uri: '/x' }, duration: 9.2e-7 }, 0],
    [
      'Traefik without its times',
      { time, RequestMethod: 'GET', RequestPath: '/x', DownstreamStatus: 200, Duration: 12_000_000 },
      12,
    ],
    [
      'Datadog',
      {
        timestamp: time,
        http: { method: 'GET', url: '/x', status_code: 200 },
        network: { client: { ip: '192.0.2.1' } },
        duration: 12_000_000,
      },
      12,
    ],
    ['Envoy', { ...usual, start_time: time, duration: 1_250 }, 1_250],
    ['.NET', { ...usual, elapsed_time: '00:01:02.5' }, 62_500],
    ['Java', { ...usual, duration: 'PT1M0.25S' }, 60_250],
    ['Echo', { ...usual, uri: '/x', latency: 163_210_000, latency_human: '163.21ms' }, 163],
    [
      'Dropwizard',
      { timestamp: 1_772_600_767_000, method: 'GET', uri: '/x', requestTime: 12, remoteAddress: '192.0.2.1' },
      12,
    ],
    ['nginx', { time, request: 'GET /x HTTP/1.1', request_time: 1 }, 1_000],
    [
      'APISIX',
      {
        start_time: 1_772_600_767_000,
        latency: 103.9,
        apisix_latency: 100.9,
        request: { method: 'GET', uri: '/x' },
      },
      104,
    ],
    ['Restify', { time, req: { method: 'GET', url: '/x' }, res: { statusCode: 200 }, latency: 12 }, 12],
    ['pino-http', { time, req: { method: 'GET', url: '/x' }, responseTime: 12 }, 12],
    [
      'ASP.NET Core',
      { '@t': time, Method: 'GET', Path: '/x', StatusCode: 200, ElapsedMilliseconds: 12.5 },
      13,
    ],
    [
      "chi's httplog",
      {
        time,
        httpRequest: { method: 'GET', url: 'http://a.example/x', path: '/x' },
        httpResponse: { status: 200, elapsed: 12.25 },
      },
      12,
    ],
    [
      'Application Gateway',
      { time, httpMethod: 'GET', requestUri: '/x', originalRequestUriWithArgs: '/x', timeTaken: 2 },
      2_000,
    ],
    ['IIS', { time, 'cs-method': 'GET', 'cs-uri-stem': '/x', 'time-taken': 12 }, 12],
    ['Go', { ...usual, duration: '1m2.5s' }, 62_500],
    ['Go, in microseconds', { ...usual, latency: '1630.2µs' }, 2],
    ['an unknown one with decimals', { ...usual, duration: 12.5 }, undefined],
    ['an unknown one with a latency', { ...usual, latency: 12 }, undefined],
    ['a text', { ...usual, duration: 'short' }, undefined],
    ['an empty text', { ...usual, duration: '' }, undefined],
  ])('%s', (_program, fields, durationMs) => {
    const line = JSON.stringify(fields);
    expect(readOne(line)).toMatchObject({ method: 'GET', path: '/x' });
    expect((readOne(line) as { durationMs?: number }).durationMs).toBe(durationMs);
    const [entry] = parseBatch(Buffer.from(`[${line}]`), 'application/json');
    expect([entry?.path, entry?.facts?.durationMs]).toEqual(['/x', durationMs]);
  });

  it('Lograge as pairs', () => {
    const pairs = `time=${time} method=GET path=/x controller=X action=y status=200 duration=58.33`;
    expect(readOne(pairs)).toMatchObject({ durationMs: 58 });
  });

  it('Go as pairs', () => {
    const pairs = `time=${time} method=GET path=/x status=200 duration=163.2ms`;
    expect(readOne(pairs)).toMatchObject({ durationMs: 163 });
    expect(readOne(pairs.replace('163.2ms', '12.5'))).not.toHaveProperty('durationMs');
  });
});
