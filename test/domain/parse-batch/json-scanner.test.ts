import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterValue,
  afterWhiteSpace,
  code,
  malformed,
  noLineBreak,
} from '../../../lib/domain/parse-batch/json-scanner.ts';

function isOneValue(text: string): boolean {
  const bytes = Buffer.from(text);
  const after = afterValue(bytes, afterWhiteSpace(bytes, 0, code.lineFeed), code.lineFeed);
  return after !== malformed && afterWhiteSpace(bytes, after, code.lineFeed) === bytes.length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON, and texts that are nearly JSON: with a part left out, doubled, or replaced by a character of the grammar. */
const nearlyJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        removed: fc.nat({ max: 2 }),
        put: fc.constantFrom(
          ...Array.from('{}[],:"\\/+-.eE0159 \t\r\n\u0000\u001f\u007f'),
          'true',
          'nul',
          '-0',
          '1e',
          '1E+5',
          '01',
          '.5',
          '5.',
          '\\u00e9',
          '\\u12g4',
          '\\x',
          '\u00a0',
          '\u2028',
          '\ud800',
          '"a":1',
          '[]',
          '{}',
        ),
      }),
      { maxLength: 3 },
    ),
  )
  .map(([json, changes]) =>
    changes.reduce((text, { at, removed, put }) => {
      const place = Math.floor(at * (text.length + 1));
      return text.slice(0, place) + put + text.slice(place + removed);
    }, json),
  )
  .map((text) => Buffer.from(text).toString()); // a lone surrogate has no UTF-8

describe('afterValue', () => {
  it('steps over what JSON.parse takes, and over nothing else', () => {
    let valid = 0;
    fc.assert(
      fc.property(nearlyJson, (text) => {
        const expected = isJson(text);
        valid += expected ? 1 : 0;
        expect(isOneValue(text)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
    expect(valid).toBeGreaterThan(500);
  });

  it.each([
    '',
    '-',
    '-0',
    '00',
    '-01',
    '1.',
    '1.e5',
    '1e',
    '1e+',
    '1E-07',
    '.1',
    '+1',
    'Infinity',
    'NaN',
    'tru',
    'truex',
    'nulL',
    '"',
    '"\\"',
    '"\\u12"',
    '"\\u12G4"',
    '"\\uD800"',
    '"\\\\"',
    '"\t"',
    '"\u007f"',
    '"\u2028"',
    '[',
    ']',
    '[,]',
    '[1,]',
    '[1 2]',
    '[1}',
    '{"a":1]',
    '{,}',
    '{"a":1,}',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    "{'a':1}",
    '{"a":1 "b":2}',
    '{"a":[{"b":[]}]}',
    '[[[]]',
    '[[]]]',
    ' [ { } , [ ] , "" ] ',
    '\v1',
    '\u00a01',
    '[1]x',
    '{"\\u0061":{"":null}}',
  ])('agrees with JSON.parse about %j', (text) => {
    expect(isOneValue(text)).toBe(isJson(text));
  });

  it('steps over any depth', () => {
    expect(isOneValue('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toBe(true);
    expect(isOneValue('[{"a":'.repeat(200_000) + '0' + '}]'.repeat(200_000))).toBe(true);
    expect(isOneValue('['.repeat(1_000_000) + '}'.repeat(1_000_000))).toBe(false);
  });

  it('takes no line break for white space where each line is a text', () => {
    const bytes = Buffer.from('{"a":\n1}');
    expect(afterValue(bytes, 0, code.lineFeed)).toBe(bytes.length);
    expect(afterValue(bytes, 0, noLineBreak)).toBe(malformed);
  });
});
