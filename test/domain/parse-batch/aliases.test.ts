import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fieldAliases,
  programMarks,
  fieldAliasesVersion,
  transparentFields,
  type AliasedField,
} from '../../../lib/domain/field-aliases.ts';
import { FieldSearch, plainName, type FoundFields } from '../../../lib/domain/field-aliases/find-fields.ts';
import type { LogEntry } from '../../../lib/domain/log-entry.ts';
import { parseBatch } from '../../../lib/domain/parse-batch.ts';
import { AliasSearch, wanted } from '../../../lib/domain/parse-batch/alias-search.ts';
import { code } from '../../../lib/domain/parse-batch/json-scanner.ts';
import { TextWindow } from '../../../lib/domain/parse-batch/text-window.ts';
import { InvalidRequest, type Problem } from '../../../lib/errors.ts';
import { readOne } from '../log-formats/read-log.ts';

const at = '2026-03-04T05:06:07Z';
const epoch = 1_772_600_767;
const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0';
const canonical = { receivedAt: at, method: 'GET', path: '/x', userAgent: 'curl/8', status: 200 };

function entryOf(...values: readonly object[]): LogEntry | undefined {
  const [entry] = parseBatch(Buffer.from(JSON.stringify(values)), 'application/json');
  return entry;
}

function problemsOf(value: object): readonly Problem[] {
  try {
    entryOf(value);
  } catch (error) {
    if (error instanceof InvalidRequest) return error.problems;
    throw error;
  }
  return [];
}

const shapes: readonly (readonly [name: string, shape: object])[] = [
  [
    'nginx',
    {
      time_iso8601: '2026-03-04T05:06:07+00:00',
      request: 'GET /x?a=1 HTTP/1.1',
      status: '404',
      http_user_agent: agent,
    },
  ],
  [
    'seconds since 1970',
    { ts: epoch + 0.25, request_method: 'GET', request_uri: '/x', status_code: 200, user_agent: agent },
  ],
  [
    'milliseconds since 1970',
    { time: epoch * 1_000, method: 'POST', url: 'https://a.example/x?b=2', statusCode: 200 },
  ],
  [
    'nanoseconds since 1970',
    {
      EdgeStartTimestamp: epoch * 1e9,
      ClientRequestMethod: 'GET',
      ClientRequestURI: '/x',
      EdgeResponseStatus: 0,
      ClientRequestUserAgent: agent,
    },
  ],
  [
    'Elastic Common Schema',
    {
      '@timestamp': at,
      http: { request: { method: 'GET' }, response: { status_code: 404 } },
      url: { path: '/x', query: 'a=1' },
      user_agent: { original: agent },
    },
  ],
  [
    'Elastic Common Schema, dotted',
    {
      '@timestamp': at,
      'http.request.method': 'GET',
      'url.original': '/x',
      'http.response.status_code': 404,
      'user_agent.original': agent,
    },
  ],
  [
    'Caddy',
    { ts: epoch, request: { method: 'GET', uri: '/x', headers: { 'User-Agent': [agent] } }, status: 200 },
  ],
  [
    'AWS WAF',
    {
      timestamp: epoch * 1_000,
      httpRequest: {
        uri: '/x',
        args: 'a=1',
        httpMethod: 'GET',
        headers: [
          { name: 'Host', value: 'a.example' },
          { name: 'User-Agent', value: agent },
        ],
      },
      responseCodeSent: null,
    },
  ],
  [
    'Azure',
    {
      time: at,
      properties: { httpMethod: 'GET', requestUri: '/x', httpStatus: 200, userAgent: 'Mozilla/5.0+(X11)' },
    },
  ],
  [
    'CloudFront in JSON',
    {
      date: '2026-03-04',
      time: '05:06:07',
      'cs-method': 'GET',
      'cs-uri-stem': '/x',
      'cs-uri-query': '-',
      'sc-status': '200',
      'cs(User-Agent)': 'curl/8%20x',
    },
  ],
  [
    'a line with a request in it',
    { time_local: '04/Mar/2026:05:06:07 +0000', request_line: 'DELETE /x HTTP/1.1', response: 204 },
  ],
];

describe('names of other programs', () => {
  it.each(shapes)('are read like `ship` reads them: %s', (_name, shape) => {
    const shipped = readOne(JSON.stringify(shape));
    if (typeof shipped === 'string') throw new Error(`ship reads it as ${shipped}.`);
    expect(entryOf(shape)).toEqual(entryOf(shipped));
    expect(entryOf(canonical, shape)).toBeDefined();
    const lines = Buffer.from(`${JSON.stringify(canonical)}\n${JSON.stringify(shape)}\n`);
    expect(parseBatch(lines, 'application/x-ndjson')[1]).toEqual(entryOf(shipped));
  });

  it('lose against the canonical names, each by itself', () => {
    const others = {
      timestamp: '2020-01-01T00:00:00Z',
      request: 'PUT /other HTTP/1.1',
      request_method: 'PUT',
      url: '/other',
      query: 'other=1',
      user_agent: 'other/1',
      status_code: 500,
    };
    expect(entryOf({ ...others, ...canonical })).toEqual(entryOf(canonical));
    for (const field of ['receivedAt', 'method', 'path', 'userAgent', 'status'] as const) {
      const one = { [field]: canonical[field] };
      expect(entryOf({ ...others, ...one })).toEqual({
        ...entryOf(others),
        ...(field === 'receivedAt' ? { minute: entryOf(canonical)?.minute } : one),
      });
    }
  });

  it.each<[AliasedField, unknown, string]>([
    ['receivedAt', epoch, 'timestamp'],
    ['receivedAt', null, 'timestamp'],
    ['method', 7, 'request_method'],
    ['path', ['/x'], 'url'],
    ['path', '', 'url'],
    ['userAgent', null, 'user_agent'],
    ['status', '-', 'status_code'],
  ])('do not stand in for a canonical %s that is %j', (field, value, alias) => {
    const good = { timestamp: at, request_method: 'GET', url: '/x', user_agent: 'curl/8', status_code: 200 };
    expect(new Set(problemsOf({ ...good, [field]: value }).map((problem) => problem.field))).toEqual(
      new Set([field]),
    );
    expect(good).toHaveProperty(alias);
  });

  it('are named by their canonical name where they are missing or cannot be read', () => {
    expect(problemsOf({ host: 'a.example', bytes: 7 })).toEqual([
      { index: 0, field: 'receivedAt', reason: 'is required' },
      { index: 0, field: 'method', reason: 'is required' },
      { index: 0, field: 'path', reason: 'is required' },
    ]);
    const [problem] = problemsOf({ ...canonical, receivedAt: undefined, time_local: '04/Mar/2026:05:06:07' });
    expect(problem).toMatchObject({ index: 0, field: 'receivedAt' });
    expect(problem?.reason).toMatch(/^must be an RFC 3339 instant/);
    expect(problemsOf({ time: at, request: '-' }).map(({ field }) => field)).toEqual(['method', 'path']);
  });

  it('are read with escapes in their names and values, and the last of two counts', () => {
    const text = `[{"t\\u0069me":"${at}","url":"/a","url":"/\\"b","request_method":"GET"}]`;
    expect(parseBatch(Buffer.from(text), 'application/json')[0]?.path).toBe('/"b');
  });

  it('have a version, which changes with the tables (raise fieldAliasesVersion, then write the new digest here)', () => {
    const digest = createHash('sha256')
      .update(JSON.stringify([fieldAliases, programMarks, transparentFields]))
      .digest('hex');
    expect([fieldAliasesVersion, digest.slice(0, 16)]).toEqual(['fields.7', '89930708823a6f20']);
  });
});

const counted: readonly AliasedField[] = [
  'receivedAt',
  'method',
  'path',
  'query',
  'request',
  'userAgent',
  'status',
];

function searchIn(text: string): FoundFields {
  const bytes = Buffer.from(text);
  const search = new AliasSearch(bytes, new TextWindow(bytes), code.lineFeed);
  return search.find(
    0,
    Object.values(wanted).reduce<number>((all, bit) => all | bit, 0),
  );
}

describe('AliasSearch', () => {
  const parts = Object.values(fieldAliases)
    .flat()
    .flatMap((name: string) => [name].concat(name.split('.')));
  const name = fc.constantFrom(
    ...parts,
    ...transparentFields,
    'other',
    'Path',
    'USER_AGENT',
    'name',
    'value',
    'é',
  );
  const scalar = fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.constantFrom(null, true, '-', '"\\'),
  );
  const { object } = fc.letrec<{ object: Readonly<Record<string, unknown>>; value: unknown }>((tie) => ({
    object: fc
      .uniqueArray(fc.tuple(name, tie('value')), { selector: ([key]) => plainName(key), maxLength: 6 })
      .map((fields) => Object.fromEntries(fields)),
    value: fc.oneof(
      { maxDepth: 5 },
      scalar,
      tie('object'),
      fc.array(
        fc.oneof(
          scalar,
          fc.record({ name, value: tie('value') }),
          fc.record({ key: name, value: tie('value') }),
          fc.tuple(name, tie('value')),
          fc.tuple(name),
        ),
        { maxLength: 3 },
      ),
    ),
  }));

  it('finds in the bytes of an object what FieldSearch finds in the object', () => {
    const search = new FieldSearch();
    let values = 0;
    fc.assert(
      fc.property(object, (fields) => {
        const expected = search.find(fields);
        const found = searchIn(JSON.stringify(fields));
        for (const field of counted) {
          expect(withEither(byRank(found[field]), byRank(expected[field]))).toEqual(byRank(expected[field]));
          values += found[field]?.length ?? 0;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(values).toBeGreaterThan(1_000);
  });

  function withEither(found: unknown[][], expected: unknown[][]): unknown[][] {
    return found.map(([known, rank, value], n) => [
      known,
      rank,
      expected[n]?.[2] === 'either' ? 'either' : value,
    ]);
  }

  /** Returns name and value by rank. Where several paths lead to one name, either of their values is right. */
  function byRank(values: FoundFields[AliasedField] = []): unknown[][] {
    return values
      .filter(({ rank }, n) => values.findIndex((other) => other.rank === rank) === n)
      .map(({ name: known, rank, value }) => {
        const isOnly = values.filter((other) => other.rank === rank).length === 1;
        return [known, rank, isOnly ? value : 'either'];
      });
  }
});
