import fc from 'fast-check';

/** A body as it comes over the wire, before it is compressed. */
export interface SentBody {
  readonly bytes: Buffer;
  readonly isLines: boolean;
}

type Field = readonly [name: string, json: string];

const json = (value: unknown) => JSON.stringify(value);
const deep = (depth: number) => `${'[{"a":'.repeat(depth)}0${'}]'.repeat(depth)}`;
/** Any 16-bit units, so that halves of pairs are among them. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
  .map((units) => String.fromCharCode(...units));

/** Creates `undefined` this many times as often as a value. */
function atTimes<T>(times: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: times, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

/** Creates JSON texts: mostly valid, sometimes barely valid, or invalid. */
function mostly(right: readonly string[], odd: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

const texts = (...values: readonly string[]) => values.map(json);
const halvesOfPairs = ['"/\\ud800"', '"/\\udfff"'];

const values = {
  receivedAt: mostly(texts('2025-12-28T18:03:07Z', '2025-12-28T18:04:59.999Z', '2025-12-28T18:04:00+00:00'), [
    ...texts('2025-12-28t19:03:07+01:00', '2025-12-31T23:59:60Z', '9999-12-31T23:58:59Z', '__proto__'),
    ...texts('2025-12-28T18:03:60Z', '2025-02-29T00:00:00Z', '1969-12-31T23:59:59Z', '2025-12-28T18:03:07'),
    'null',
    '1766945040',
    '1e999',
  ]),
  method: mostly(texts('GET', 'POST', ' get '), [
    ...texts('__proto__', 'constructor', '', 'G T', 'x'.repeat(33)),
    '[]',
    '1e999',
  ]),
  path: fc.oneof(
    {
      weight: 4,
      arbitrary: mostly(texts('/', '/pricing', '/a?b=c&d', '__proto__', 'constructor', '(other)'), [
        ...texts('/\u2028\u0000\u0085', '\ufeff/', 'x'.repeat(2_048), 'x'.repeat(2_049), '', ' \t'),
        '"\\ud83d\\ude00"',
        '"/\\u0061"',
        'null',
        '{"a":1}',
        '-0',
      ]),
    },
    { weight: 1, arbitrary: fc.constantFrom(...halvesOfPairs) },
    { weight: 1, arbitrary: anyText.map((text) => json(`/${text}`)) },
  ),
  userAgent: mostly(texts('curl/8.7.1', '-', '', '__proto__'), [
    ...texts('x'.repeat(1_024), 'x'.repeat(1_025)),
    'false',
    '{}',
    ...halvesOfPairs,
  ]),
  status: mostly(
    ['200', '404', '"304"', '2e2', '200.0'],
    ['99', '600', '200.5', '1e999', '-1e-999', '"0200"', '"2e2"', 'null', 'true', '2'.repeat(400)],
  ),
};

/** Fields that no entry needs. */
const others: fc.Arbitrary<Field> = fc.oneof(
  fc.constantFrom<Field>(
    ['__proto__', '{"path":"/polluted","polluted":true}'],
    ['constructor', '{"prototype":{"polluted":true}}'],
    ['toString', '"x"'],
    ['', 'null'],
    ['n', '1e999'],
    ['n', `-${'9'.repeat(400)}.${'9'.repeat(400)}e-9999`],
    ['deep', deep(2_000)],
  ),
  fc.tuple(anyText, fc.json()),
);

/** Names of other programs, which stand for fields that are missing. */
const othersNames: fc.Arbitrary<Field> = fc.constantFrom<Field>(
  ['time_iso8601', '"2025-12-28T18:05:07Z"'],
  ['ts', '1766945040.25'],
  ['@timestamp', '"yesterday"'],
  ['http', '{"request":{"method":"put"},"response":{"status_code":503}}'],
  ['verb', '"DELETE"'],
  ['url', '"https://a.example/alias?a=b"'],
  ['query', '"c=d"'],
  ['request', '"HEAD /line HTTP/1.1"'],
  ['user_agent', '{"original":"Wget/1.21"}'],
  ['status_code', '0'],
);

const entry: fc.Arbitrary<string> = fc
  .record({
    fields: fc.tuple(
      ...(['receivedAt', 'method', 'path', 'userAgent'] as const).map((name) =>
        values[name].map((value): Field => [name, value]),
      ),
    ),
    status: atTimes(
      1,
      values.status.map((value): Field => ['status', value]),
    ),
    extra: fc.array(others, { maxLength: 2 }),
    othersFields: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.uniqueArray(othersNames, { selector: ([name]) => name, maxLength: 6 }) },
    ),
    /** A field that occurs twice: the last one counts. */
    again: atTimes(
      8,
      values.path.map((value): Field => ['path', value]),
    ),
    missing: atTimes(20, fc.nat(3)),
    space: fc.constantFrom('', ' ', '\t', '\r'),
  })
  .map(({ fields, status, extra, othersFields, again, missing, space }) => {
    const sent = [...extra, ...othersFields, ...fields.filter((_, n) => n !== missing), status, again].filter(
      (field) => field !== undefined,
    );
    return `{${space}${sent.map(([name, value]) => `${json(name)}${space}:${value}`).join(`,${space}`)}}`;
  });

const item = fc.oneof(
  { weight: 40, arbitrary: entry },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'null',
      '[]',
      '{}',
      '"x"',
      deep(5_000),
      '',
      ' ',
      '{"a":1},{"b":2}',
      '\ufeff{}',
    ),
  },
);

/** Batches as JSON or as lines, valid, or invalid in the ways that parsers get wrong. */
export const batches: fc.Arbitrary<SentBody> = fc
  .record({
    items: fc.array(item, { maxLength: 4 }),
    isLines: fc.boolean(),
    mark: fc.constantFrom('', '', '', '', '\ufeff', '\ufeff', '\ufeff\ufeff'),
    lineBreak: fc.constantFrom('\n', '\n', '\r\n', '\r\n', '\n\n', '\r\n \r\n', '\r', '\u2028'),
    ending: fc.constantFrom('', '\n', '\r\n', ' '),
  })
  .map(({ items, isLines, mark, lineBreak, ending }) => {
    const text = isLines
      ? items.join(lineBreak)
      : `[${items.join(`,${lineBreak === '\u2028' ? '' : lineBreak}`)}]`;
    return { bytes: Buffer.from(`${mark}${text}${ending}`), isLines };
  });

/** Batches with some bytes changed, removed or added. */
export const damagedBatches: fc.Arbitrary<SentBody> = fc
  .tuple(
    batches,
    fc.array(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 1 }), fc.nat(1)), { minLength: 1, maxLength: 3 }),
  )
  .map(([{ bytes, isLines }, changes]) => {
    const damaged = changes.reduce((body, [place, put, taken]) => {
      const at = place % (body.length + 1);
      return Buffer.concat([body.subarray(0, at), put, body.subarray(at + taken)]);
    }, bytes);
    return { bytes: damaged, isLines };
  });

/** Bytes without any meaning. */
export const anyBytes: fc.Arbitrary<SentBody> = fc.record({
  bytes: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  isLines: fc.boolean(),
});
