import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBatch, parseInSteps } from '../../lib/domain/parse-batch.ts';
import { BatchTooLarge, InvalidRequest } from '../../lib/errors.ts';

const entry = { receivedAt: '2025-12-28T18:03:07Z', method: 'GET', path: '/', userAgent: 'curl/8.0' };
const json = 'application/json';
const ndjson = 'application/x-ndjson';

function failureOf(body: string | Buffer, mediaType: typeof json | typeof ndjson): InvalidRequest {
  try {
    parseBatch(Buffer.from(body), mediaType);
  } catch (error) {
    if (error instanceof InvalidRequest) return error;
    throw error;
  }
  throw new Error('The batch was taken.');
}

describe('parseBatch', () => {
  it('reads an array of entries, and lines of entries, alike', () => {
    const lines = `${JSON.stringify(entry)}\r\n\n  \n${JSON.stringify(entry)}`;
    expect(parseBatch(Buffer.from(JSON.stringify([entry, entry])), json)).toHaveLength(2);
    expect(parseBatch(Buffer.from(lines), ndjson)).toEqual(
      parseBatch(Buffer.from(JSON.stringify([entry, entry])), json),
    );
  });

  it('reads past a byte order mark', () => {
    expect(parseBatch(Buffer.from(`\ufeff${JSON.stringify([entry])}`), json)).toHaveLength(1);
  });

  it('keeps paths that are not ASCII', () => {
    expect(parseBatch(Buffer.from(JSON.stringify([{ ...entry, path: '/grüße/😀' }])), json)[0]?.path).toBe(
      '/grüße/😀',
    );
  });

  it.each([
    ['', json, /not JSON\. Send an array/],
    ['[', json, /not JSON/],
    ['{}', json, /not a JSON array of entries\. Send an array/],
    ['"abc"', json, /not a JSON array/],
    ['0', json, /not a JSON array/],
    ['[]', json, /at least one entry/],
    ['\n\n', ndjson, /at least one entry/],
    [Buffer.from([0x5b, 0xff, 0x5d]), json, /not UTF-8\. Send text in UTF-8/],
  ] as const)('refuses %j', (body, mediaType, message) => {
    expect(failureOf(body, mediaType).message).toMatch(message);
  });

  it('counts the offending entries where there are fewer than ten', () => {
    const entries = [entry, ...Array.from({ length: 9 }, () => ({ ...entry, path: '' })), entry];
    const failure = failureOf(JSON.stringify(entries), json);
    expect(failure.message).toBe(
      '9 of 11 entries are not valid. For example, entry 1: path must not be empty.',
    );
    expect(failure.problems.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(failure.problems[0]).toEqual({ index: 1, field: 'path', reason: 'must not be empty' });
  });

  it.each([json, ndjson] as const)('ends at the tenth offending entry of %s', (mediaType) => {
    const values = [entry, ...Array.from({ length: 12 }, () => ({ ...entry, path: '' })), entry].map(
      (value) => JSON.stringify(value),
    );
    const text = mediaType === json ? `[${values.join(',')}` : values.join('\n'); // the array is never closed
    const failure = failureOf(text, mediaType);
    expect(failure.message).toBe(
      'At least 10 entries are not valid; the first 10 are described. For example, entry 1: path must not be empty.',
    );
    expect(failure.problems.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('repeats nothing of what was sent in its reasons', () => {
    const secret = 'password=hunter2';
    const entries = [
      secret,
      [secret],
      {
        ...entry,
        receivedAt: secret,
        method: `${secret} `,
        path: [secret],
        userAgent: { [secret]: 1 },
        status: secret,
      },
      { ...entry, [secret]: secret, path: secret.repeat(200), userAgent: secret.repeat(200) },
      { ...entry, method: secret.repeat(10) },
    ];
    for (const mediaType of [json, ndjson] as const) {
      const text =
        mediaType === json
          ? JSON.stringify(entries)
          : [...entries.map((each) => JSON.stringify(each)), secret].join('\n');
      const { message, problems } = failureOf(text, mediaType);
      expect(problems.length).toBeGreaterThan(8);
      expect(JSON.stringify([message, problems])).not.toContain('hunter2');
    }
  });

  it.each([
    ['a name with escapes', `[${JSON.stringify(entry).replace('path', 'p\\u0061th')}]`],
    [
      'a field that comes twice: the last one counts',
      `[${JSON.stringify(entry).replace('{', '{"path":[],"method":"no token",')}]`,
    ],
    ['fields in another order', JSON.stringify([Object.fromEntries(Object.entries(entry).toReversed())])],
    [
      'fields that it does not know',
      JSON.stringify([{ a: { path: [] }, ...entry, Path: 7, b: [{ method: 1 }], paths: '', pat: '' }]),
    ],
    ['white space', JSON.stringify([entry], null, '\t').replaceAll('\n', '\r\n')],
  ])('reads %s', (_name, text) => {
    expect(parseBatch(Buffer.from(text), json)).toEqual(
      parseBatch(Buffer.from(JSON.stringify([entry])), json),
    );
  });

  it('reads values with escapes, and those that a body has more than a window of text between', () => {
    const long = `/${'x'.repeat(2_000)}`;
    const paths = Array.from({ length: 200 }, (_, n) => (n % 3 === 0 ? `/"\\\u0001${n}` : `${long}${n}`));
    const text = JSON.stringify(paths.map((path) => ({ ignored: long.repeat(n(path)), ...entry, path })));
    expect(parseBatch(Buffer.from(text), json).map(({ path }) => path)).toEqual(paths);
    expect(parseBatch(Buffer.from(`\ufeff${text}`), json).map(({ path }) => path)).toEqual(paths);

    function n(path: string): number {
      return path.length % 40;
    }
  });

  it('passes over lines that are blank, with white space of any kind', () => {
    const text = ` \n\u00a0\n\t\u2003 \v\r\n${JSON.stringify(entry)}\n\u3000\ufeff\n \n${JSON.stringify(entry)}\n\u00a0`;
    expect(parseBatch(Buffer.from(text), ndjson)).toHaveLength(2);
    expect(failureOf(`\u00a0x\n${text}`, ndjson).problems).toEqual([{ index: 0, reason: 'is not JSON' }]);
    expect(failureOf(`${text}${JSON.stringify(entry)}`, ndjson).problems).toEqual([
      { index: 2, reason: 'is not JSON' },
    ]);
  });

  it('names the line that is no JSON', () => {
    const failure = failureOf(`${JSON.stringify(entry)}\n{"a":1},{"b":2}\n`, ndjson);
    expect(failure.problems).toEqual([{ index: 1, reason: 'is not JSON' }]);
  });

  it.each([json, ndjson] as const)(
    'refuses more than 200,000 entries of %s, and stops there',
    (mediaType) => {
      const short = JSON.stringify({ ...entry, userAgent: undefined });
      const bodyOf = (count: number, end: string) =>
        Buffer.from(
          mediaType === json ? `[${`${short},`.repeat(count - 1)}${short}${end}` : `${short}\n`.repeat(count),
        );
      expect(parseBatch(bodyOf(200_000, ']'), mediaType)).toHaveLength(200_000);
      // The array is never closed.
      expect(() => parseBatch(bodyOf(200_001, ''), mediaType)).toThrow(BatchTooLarge);
    },
  );

  it('gives others a turn after each thousand entries, and none in a small batch', () => {
    const turnsFor = (count: number) => {
      const body = Buffer.from(JSON.stringify(Array.from({ length: count }, () => entry)));
      const steps = parseInSteps(body, { mediaType: json }, 'reject');
      let turns = 0;
      while (steps.next().done !== true) turns += 1;
      return turns;
    };
    expect([turnsFor(1_000), turnsFor(10_000)]).toEqual([0, 9]);
  });

  it('survives deep nesting', () => {
    const nested = '['.repeat(500_000) + ']'.repeat(500_000);
    expect(failureOf(nested, json)).toBeInstanceOf(InvalidRequest);
  });

  it('takes no key of an entry for a prototype', () => {
    const body = `[{"__proto__":{"path":"/polluted"},"receivedAt":"2025-12-28T18:03:07Z","method":"GET","userAgent":""}]`;
    expect(failureOf(body, json).problems).toEqual([{ index: 0, field: 'path', reason: 'is required' }]);
    expect(Object.prototype).not.toHaveProperty('path');
  });

  it('answers any bytes with entries or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(json, ndjson), (bytes, mediaType) => {
        expect(failureOf(Buffer.from(bytes), mediaType)).toBeInstanceOf(InvalidRequest);
      }),
    );
  });
});
