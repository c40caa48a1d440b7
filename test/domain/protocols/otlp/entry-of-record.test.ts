import { describe, expect, it } from 'vitest';
import { isRejected } from '../../../../lib/domain/read-entry.ts';
import { createRecordReader } from '../../../../lib/domain/protocols/otlp/entry-of-record.ts';
import type { OtlpFields, OtlpRecord } from '../../../../lib/domain/protocols/otlp/otlp-record.ts';
import { windowStartOf } from '../../../../lib/domain/window.ts';

const time = Date.parse('2025-12-28T18:03:07Z');
const observedTime = Date.parse('2025-12-28T19:00:00Z');

function read(record: Partial<OtlpRecord>) {
  const entry = createRecordReader()({
    time,
    observedTime: undefined,
    body: undefined,
    attributes: {},
    ...record,
  });
  if (entry === undefined) return 'no entry';
  if (isRejected(entry)) return entry.problems[0]?.reason;
  const { minute, method, path, userAgent, status } = entry;
  return [windowStartOf(minute), method, path, userAgent, status];
}

const at = (window: string) => [window, 'GET', '/a?b=1', 'curl/8.7.1', 404];
const expected = at('2025-12-28T18:03:00Z');

describe('the attributes of a log record', () => {
  it.each<[string, OtlpFields]>([
    [
      'the stable conventions',
      {
        'http.request.method': 'GET',
        'url.path': '/a',
        'url.query': 'b=1',
        'user_agent.original': 'curl/8.7.1',
        'http.response.status_code': 404,
      },
    ],
    [
      'the conventions before them',
      {
        'http.method': 'GET',
        'http.target': '/a?b=1',
        'http.user_agent': 'curl/8.7.1',
        'http.status_code': 404,
      },
    ],
    [
      'a whole URL',
      {
        'http.request.method': 'GET',
        'url.full': 'https://example.com/a?b=1',
        'user_agent.original': 'curl/8.7.1',
        'http.response.status_code': '404',
      },
    ],
    [
      'a method that the conventions do not know, and headers as lists',
      {
        'http.request.method': '_OTHER',
        'http.request.method_original': 'GET',
        'http.url': 'https://example.com/a?b=1',
        'http.request.header.user-agent': ['curl/8.7.1'],
        'http.status_code': 404,
      },
    ],
    [
      'the names of another program',
      { request_method: 'GET', request_uri: '/a?b=1', http_user_agent: 'curl/8.7.1', status: '404' },
    ],
    [
      'the names of the JSON logs of POST /logs',
      { method: 'GET', path: '/a?b=1', userAgent: 'curl/8.7.1', status: 404 },
    ],
  ])('are read by %s', (_, attributes) => {
    expect(read({ attributes })).toEqual(expected);
  });

  it('need no agent and no status', () => {
    const attributes = { 'http.request.method': 'GET', 'url.path': '/a' };
    expect(read({ attributes })).toEqual(['2025-12-28T18:03:00Z', 'GET', '/a', '', undefined]);
  });

  const request = { 'http.method': 'GET', 'http.target': '/a' };
  it('take the time of the event, then that of its collection', () => {
    expect(read({ attributes: request, observedTime })?.[0]).toBe('2025-12-28T18:03:00Z');
    expect(read({ attributes: request, time: undefined, observedTime })?.[0]).toBe('2025-12-28T19:00:00Z');
  });

  it('take the time of a field of another program before that of the record', () => {
    const attributes = {
      request_method: 'GET',
      request_uri: '/a',
      time_iso8601: '2025-12-28T17:00:00+00:00',
    };
    expect(read({ attributes })?.[0]).toBe('2025-12-28T17:00:00Z');
  });

  it('are rejected with a reason where a field is missing or too long', () => {
    const tooLong = { 'http.method': 'GET', 'http.target': `/${'a'.repeat(2_048)}` };
    expect(read({ attributes: tooLong })).toBe('must have at most 2048 characters');
    expect(read({ attributes: request, time: undefined })).toMatch(/^has no field for receivedAt/);
  });
});

describe('the body of a log record', () => {
  const combined =
    '203.0.113.7 - - [28/Dec/2025:17:01:07 +0000] "GET /a?b=1 HTTP/1.1" 404 5 "-" "curl/8.7.1"';

  it('is a line of an access log, with the time of the line', () => {
    expect(read({ body: combined })).toEqual(at('2025-12-28T17:01:00Z'));
    expect(read({ body: combined, time: undefined })).toEqual(at('2025-12-28T17:01:00Z'));
  });

  it('is a line beside attributes that describe no request', () => {
    expect(read({ body: combined, attributes: { 'log.file.name': 'access.log' } })).toEqual(
      at('2025-12-28T17:01:00Z'),
    );
  });

  it('is a line of JSON, which takes the time of the record where it has none', () => {
    const fields = { method: 'GET', uri: '/a?b=1', ua: 'curl/8.7.1', status: 404 };
    expect(read({ body: JSON.stringify(fields) })).toEqual(expected);
    const line = JSON.stringify({ ...fields, time: '2025-12-28T17:01:07Z' });
    expect(read({ body: line })).toEqual(at('2025-12-28T17:01:00Z'));
  });

  it('is an object with the fields of any program', () => {
    const body = { method: 'GET', uri: '/a?b=1', http_user_agent: 'curl/8.7.1', status: 404 };
    expect(read({ body })).toEqual(expected);
  });

  it('is an object in which a field has the line', () => {
    expect(read({ body: { log: combined, stream: 'stdout' } })).toEqual(at('2025-12-28T17:01:00Z'));
  });

  it.each([
    ['no body', undefined],
    ['a number', 7],
    ['a list', ['GET', '/']],
  ])('is rejected if it is %s', (_, body) => {
    expect(read({ body })).toMatch(/^has neither the attributes/);
  });

  it.each([
    ['another line', 'Started worker secret-7', /^is in none of the known formats$/],
    ['an object without a request', { level: 'info', note: 'secret-7' }, /^has no field for path/],
  ])('is rejected without its text if it is %s', (_, body, reason) => {
    const answered = read({ body });
    expect(answered).toMatch(reason);
    expect(answered).not.toContain('secret');
  });

  it('is no entry if it is blank', () => {
    expect(read({ body: ' ' })).toBe('no entry');
  });
});
