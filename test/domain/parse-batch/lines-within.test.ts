import { describe, expect, it } from 'vitest';
import type { BodyFormat } from '../../../lib/domain/body-format.ts';
import { parseInSteps } from '../../../lib/domain/parse-batch.ts';
import { readAcceptedEntries } from '../../../lib/domain/read-accepted-entries.ts';
import { finish } from '../../../lib/domain/steps.ts';

const line = '192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET /a?b=1 HTTP/1.1" 404 5 "-" "curl/8.7.1"';
const ndjson: BodyFormat = { mediaType: 'application/x-ndjson' };
const linesOf = (...values: readonly object[]): Buffer =>
  Buffer.from(values.map((value) => JSON.stringify(value)).join('\n'));
const parse = (values: readonly object[], invalid: 'reject' | 'set-aside' = 'set-aside') =>
  finish(parseInSteps(linesOf(...values), ndjson, invalid));

describe('a line within an object of JSON', () => {
  it.each([
    ['of fluent-bit', { date: 1_766_000_000.123, log: line }],
    ['of fluentd', { message: line, hostname: 'web-1' }],
    ['of Vector', { file: '/var/log/a', host: 'web-1', message: line, timestamp: '2026-01-01T00:00:00.1Z' }],
    ['of Logstash', { '@timestamp': '2026-01-01T00:00:00.123Z', '@version': '1', event: { original: line } }],
    ['of docker, with JSON inside', { log: `${JSON.stringify({ message: line })}\n`, stream: 'stdout' }],
    ['with escapes', { log: `${line} "ü\t\\"` }],
  ])('%s is the entry, with its own time', (_name, value) => {
    const { entries, rejected } = parse([value]);
    expect(rejected.count).toBe(0);
    expect(entries).toMatchObject([{ method: 'GET', path: '/a?b=1', userAgent: 'curl/8.7.1', status: 404 }]);
    expect(entries[0]?.minute).toBe(Date.UTC(2025, 11, 28, 18, 3) / 60_000);
  });

  it('is read in an array, too', () => {
    const body = Buffer.from(` [ ${JSON.stringify({ log: line })} ,\n${JSON.stringify({ log: line })}]`);
    expect(finish(parseInSteps(body, { mediaType: 'application/json' }, 'reject')).entries).toHaveLength(2);
  });

  it('has the time of the object if it has none', () => {
    const sent = {
      time: '2025-12-28T18:03:07Z',
      msg: '192.0.2.7 "GET /undated HTTP/1.1" 200 5 "-" "curl/8"',
    };
    expect(parse([sent]).entries).toMatchObject([{ path: '/undated' }]);
  });

  it('does not stand in for an entry that has a field under its own name', () => {
    const wrong = [
      { method: 'GET', log: line },
      { path: '/x', log: line },
      { receivedAt: '2025-12-28T18:03:07Z', log: line },
      { status: 'info', log: line },
      { request: 'GET /other HTTP/1.1', log: line },
    ];
    const { entries, rejected } = parse(wrong);
    expect(entries).toEqual([]);
    expect(rejected.details.flatMap(({ index, field }) => [`${index} ${field}`])).toEqual(
      expect.arrayContaining(['0 path', '1 method', '2 method', '3 method', '4 receivedAt']),
    );
  });

  it('that is no request is rejected with its reason, and one of no known format as an entry without fields', () => {
    const sent = [
      { log: line.replace('GET /a?b=1 HTTP/1.1', String.raw`\x16\x03\x01`) },
      { log: 'worker process 7 exited with a signal, and a sentence that is long enough' },
      { log: line },
    ];
    const { entries, indexes, rejected } = parse(sent);
    expect(entries).toHaveLength(1);
    expect(indexes).toEqual([2]);
    expect(rejected.details).toEqual([
      { index: 0, reason: 'the request is not an HTTP request' },
      { index: 1, field: 'receivedAt', reason: 'is required' },
      { index: 1, field: 'method', reason: 'is required' },
      { index: 1, field: 'path', reason: 'is required' },
    ]);
  });

  it('is read again as it was accepted, with the index of its entry', () => {
    const sent = Array.from({ length: 100 }, (_, n) => ({ log: n === 40 ? 'x'.repeat(80) : line }));
    const { entries, rejected } = parse(sent);
    const again = readAcceptedEntries(linesOf(...sent), { ...ndjson, ...rejected.toRejections() });
    expect(rejected.count).toBe(1);
    expect(again).toEqual({ entries, notRead: 0 });
  });

  it('gives others a turn after 32 of them', () => {
    const steps = parseInSteps(
      linesOf(...Array.from({ length: 100 }, () => ({ log: line }))),
      ndjson,
      'reject',
    );
    let pauses = 0;
    while (steps.next().done !== true) pauses += 1;
    expect(pauses).toBe(3);
  });
});
