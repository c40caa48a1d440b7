import { describe, expect, it } from 'vitest';
import type { BodyFormat } from '../../../lib/domain/body-format.ts';
import { setExpiredAside } from '../../../lib/domain/expired-entries.ts';
import { parseInSteps, type ParsedBatch } from '../../../lib/domain/parse-batch.ts';
import { readAcceptedEntries } from '../../../lib/domain/read-accepted-entries.ts';
import { finish } from '../../../lib/domain/steps.ts';
import { InvalidRequest } from '../../../lib/errors.ts';
import { sentEntry, windowStart } from '../../factories.ts';

const json: BodyFormat = { mediaType: 'application/json' };
const ndjson: BodyFormat = { mediaType: 'application/x-ndjson' };
const text: BodyFormat = { mediaType: 'text/plain' };

function setAside(body: string | Buffer, format: BodyFormat): ParsedBatch {
  return finish(parseInSteps(Buffer.from(body), format, 'set-aside'));
}

function clf(path: string, time = '28/Dec/2025:18:03:07 +0000'): string {
  return `192.0.2.7 - - [${time}] "GET ${path} HTTP/1.1" 200 512 "-" "curl/8.7.1"`;
}

describe('a batch whose invalid entries are set aside', () => {
  it('keeps its valid entries, and says which others it has and why', () => {
    const body = JSON.stringify([
      sentEntry({ path: '/a' }),
      {},
      7,
      sentEntry({ path: '/b' }),
      { ...sentEntry(), path: '' },
    ]);
    const { entries, rejected } = setAside(body, json);
    expect(entries.map(({ path }) => path)).toEqual(['/a', '/b']);
    expect(rejected.toRejections()).toMatchObject({ rejected: 3, rejectedRanges: '1-2,4' });
    expect(rejected.details).toContainEqual({ index: 4, field: 'path', reason: 'must not be empty' });
  });

  it('rejects lines that are not JSON, and counts no blank ones', () => {
    const line = JSON.stringify(sentEntry());
    const { entries, rejected } = setAside(`\n${line}\n \n{broken\n${line}\n"text"`, ndjson);
    expect(entries).toHaveLength(2);
    expect(rejected.toRejections()).toMatchObject({ rejectedRanges: '1,3' });
    expect(rejected.details[0]).toEqual({ index: 1, reason: 'is not JSON' });
  });

  it('may have rejected entries alone', () => {
    expect(setAside('[{}]', json)).toMatchObject({ entries: [], rejected: { count: 1 } });
  });

  it.each([
    ['[]', json],
    ['[{},', json],
    ['7', json],
    [Buffer.from([0xff]), ndjson],
    [' \n', text],
    ['#Version: 1.0\n', text],
  ])('is refused where it cannot be read as a whole, or has no entries: %j', (body, format) => {
    expect(() => setAside(body, format)).toThrow(InvalidRequest);
  });
});

describe('lines of access logs', () => {
  it('are read in the format that fits each, in envelopes too', () => {
    const lines = [
      clf('/clf'),
      `<134>Dec 28 18:03:09 host nginx: ${clf('/syslog')}`,
      JSON.stringify({
        time_iso8601: '2025-12-28T18:03:07+00:00',
        request: 'GET /json HTTP/1.1',
        status: 200,
      }),
      `{"log":${JSON.stringify(clf('/docker'))},"stream":"stdout","time":"2025-12-28T18:03:07.1Z"}`,
    ];
    const { entries, rejected } = setAside(lines.join('\r\n'), text);
    expect(entries.map(({ path }) => path)).toEqual(['/clf', '/syslog', '/json', '/docker']);
    expect(rejected.count).toBe(0);
  });

  it('have indexes that count every line that is not blank; directives of W3C are not entries', () => {
    const w3c =
      '#Version: 1.0\n\n#Fields: date time cs-method cs-uri-stem sc-status\n2025-12-28 18:03:07 GET /a 200\nnonsense\n';
    const { entries, indexes, rejected } = setAside(w3c, text);
    expect(entries.map(({ path }) => path)).toEqual(['/a']);
    expect(indexes).toEqual([2]);
    expect(rejected.toRejections()).toMatchObject({ rejected: 1, rejectedRanges: '3' });
  });

  it('are read in the named format alone where there is one', () => {
    const { entries, rejected } = setAside(`${clf('/a')}\n{"path":"/"}`, { ...text, logFormat: 'json' });
    expect([entries.length, rejected.count]).toEqual([0, 2]);
  });

  it('may have bytes that are not UTF-8, and lines that are too long', () => {
    const latin = Buffer.from(clf('/caf\u00e9'), 'latin1');
    const body = Buffer.concat([latin, Buffer.from(`\n${'x'.repeat(65_537)}\n${clf('/b')}`)]);
    const { entries, rejected } = setAside(body, text);
    expect(entries.map(({ path }) => path)).toEqual(['/caf\ufffd', '/b']);
    expect(rejected.details).toEqual([{ index: 1, reason: 'has more than 65536 bytes' }]);
  });

  it.each([
    'a secret line of no format',
    '{"secret":"secret","time":"secret"}',
    '{"method":"GET","path":"/","time":"secret"}',
    '192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "secret" 400 0 "-" "-"',
    '192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET /secret',
    `192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET /${'secret'.repeat(400)} HTTP/1.1" 400 0 "-" "-"`,
    '2025-12-28T18:03:07Z alb secret "secret"',
  ])('are never quoted in a reason: %s', (line) => {
    const { rejected } = setAside(line, text);
    expect(rejected.count).toBe(1);
    expect(JSON.stringify(rejected.details)).not.toContain('secret');
  });
});

describe('entries that are too old', () => {
  it('join the rejected ones in their order, and the first ten are described', () => {
    const old = sentEntry({ receivedAt: '2025-12-28T17:59:59Z' });
    const body = JSON.stringify([
      {},
      old,
      sentEntry(),
      old,
      7,
      sentEntry(),
      ...Array.from({ length: 20 }, () => old),
    ]);
    const { entries, indexes, rejected } = setExpiredAside(
      setAside(body, json),
      windowStart('2025-12-28T18:00:00Z'),
    );
    expect(entries).toHaveLength(2);
    expect(indexes).toEqual([2, 5]);
    expect(rejected.toRejections()).toMatchObject({ rejected: 24, rejectedRanges: '0-1,3-4,6-25' });
    expect(rejected.details.filter(({ index }) => index === 1 || index === 4)).toEqual([
      { index: 1, field: 'receivedAt', reason: expect.stringContaining('too old') as string },
      { index: 4, reason: expect.stringContaining('object') as string },
    ]);
    expect(new Set(rejected.details.map(({ index }) => index)).size).toBe(10);
  });
});

describe('a stored body that is read again', () => {
  it('has no rejected entry, even where the current rules would accept it', () => {
    const body = Buffer.from(JSON.stringify(['/a', '/b', '/c', '/d'].map((path) => sentEntry({ path }))));
    const { entries, notRead } = readAcceptedEntries(body, { ...json, rejectedRanges: '0,2-3' });
    expect(entries.map(({ path }) => path)).toEqual(['/b']);
    expect(notRead).toBe(0);
  });

  it('tells how many accepted entries the current rules do not read', () => {
    expect(readAcceptedEntries(Buffer.from('[{},{},7]'), { ...json, rejectedRanges: '2' }).notRead).toBe(2);
  });
});
