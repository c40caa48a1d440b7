import { describe, expect, it } from 'vitest';
import { toCsv } from '../../web/text/csv.ts';
import { firstRequest } from '../../web/text/first-request.ts';
import {
  formatCount,
  formatDays,
  formatGrowth,
  formatRange,
  formatShare,
  formatShort,
  formatUnit,
} from '../../web/text/format.ts';
import { isoWithOffset } from '../../web/text/iso.ts';
import { describeRejections } from '../../web/text/rejections.ts';
import { visibleText } from '../../web/text/visible-text.ts';

const at = (text: string): number => Date.parse(text);

describe('toCsv', () => {
  const rowOf = (cell: string | number) => toCsv(['a'], [[cell]]).split('\r\n')[1];

  it('is UTF-8 with a byte order mark, a header, and line ends of RFC 4180', () => {
    expect(toCsv(['path', 'requests'], [['GET /', 3]])).toBe('\uFEFFpath,requests\r\nGET /,3\r\n');
  });

  it.each([
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a;b', '"a;b"'],
    [' a', '" a"'],
  ])('quotes %j', (cell, written) => {
    expect(rowOf(cell)).toBe(written);
  });

  it('keeps a line break inside its cell', () => {
    expect(toCsv(['a'], [['x\r\ny']])).toBe('\uFEFFa\r\n"x\r\ny"\r\n');
  });

  it.each(["=cmd|' /C calc'!A0", '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '  =1', '\u200B=1', '＝1'])(
    'keeps %j from being run as a formula',
    (cell) => {
      const unquoted = toCsv(['a'], [[cell]])
        .slice('\uFEFFa\r\n'.length)
        .replace(/^"/, '');
      expect(unquoted.startsWith("'")).toBe(true);
    },
  );

  it('leaves numbers as they are', () => {
    expect(rowOf(-3)).toBe('-3');
  });
});

describe('visibleText', () => {
  it('leaves what a person can read', () => {
    expect(visibleText('/<img src=x onerror=alert(1)>?q=żółw 日本')).toBe(
      '/<img src=x onerror=alert(1)>?q=żółw 日本',
    );
  });

  it.each([
    ['/\u202Egnp.exe', '/⟨U+202E⟩gnp.exe'],
    ['/a\u0000b', '/a⟨U+0000⟩b'],
    ['/a\nb', '/a⟨U+000A⟩b'],
    ['/a\u200Bb', '/a⟨U+200B⟩b'],
    ['/\uD800', '/⟨U+D800⟩'],
    ['/\u{E0041}', '/⟨U+E0041⟩'],
  ])('shows what is invisible in %j', (text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });
});

describe('numbers', () => {
  it('have their thousands parted, or are short', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatShort(12_500)).toBe('12.5K');
  });

  it.each([
    [0, '0 %'],
    [0.0001, '< 0.1 %'],
    [0.125, '12.5 %'],
    [0.44, '44.0 %'],
    [0.9999, '> 99.9 %'],
    [1, '100 %'],
    [1.5, '150.0 %'],
    [123.4, '12,340 %'],
  ])('%d is %s', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });
});

describe('formatGrowth', () => {
  it.each([
    [0.5, '50.0 %'],
    [10, '1,000 %'],
    [10.04, '11×'],
    [12_345, '12,346×'],
  ])('of %d is %s', (share, text) => {
    expect(formatGrowth(share)).toBe(text);
  });
});

describe('times', () => {
  const zone = 'Europe/Berlin';

  it.each([
    ['2015-05-16T22:00Z', '2015-05-20T22:00Z', '17–20 May 2015'],
    ['2015-05-16T22:00Z', '2015-05-17T22:00Z', '17 May 2015'],
    ['2015-05-29T22:00Z', '2015-06-02T22:00Z', '30 May – 2 Jun 2015'],
    ['2015-12-29T23:00Z', '2016-01-02T23:00Z', '30 Dec 2015 – 2 Jan 2016'],
  ])('name the days from %s to %s', (from, to, text) => {
    expect(formatDays(at(from), at(to), zone)).toBe(text);
  });

  it('name minutes, hours and days in the zone', () => {
    const from = at('2025-12-28T18:00Z');
    expect(formatUnit(from, from + 60_000, 'minute', zone)).toBe('Sun 28 Dec, 19:00');
    expect(formatUnit(from, from + 3_600_000, 'hour', zone)).toBe('Sun 28 Dec, 19:00–20:00');
    const midnight = at('2025-12-27T23:00Z');
    expect(formatUnit(midnight, midnight + 86_400_000, 'day', zone)).toBe('Sun 28 Dec');
    expect(formatUnit(from, midnight + 86_400_000, 'day', zone)).toBe('Sun 28 Dec, 19:00–00:00');
  });

  it('name a range', () => {
    const range = (from: string, to: string) => formatRange(at(from), at(to), zone);
    expect(range('2025-12-28T10:00Z', '2025-12-28T12:00Z')).toBe('28 Dec 2025, 11:00 – 13:00');
    expect(range('2025-12-27T10:00Z', '2025-12-28T10:00Z')).toBe('27 Dec 2025, 11:00 – 28 Dec 2025, 11:00');
    expect(range('2025-12-21T23:00Z', '2025-12-28T23:00Z')).toBe('22–28 Dec 2025');
    expect(range('2025-12-27T23:00Z', '2025-12-28T23:00Z')).toBe('28 Dec 2025');
    expect(range('2025-12-20T10:15Z', '2025-12-28T23:00Z')).toBe('20 Dec 2025, 11:15 – 29 Dec 2025, 00:00');
  });

  it('are written with their offset', () => {
    expect(isoWithOffset(at('2025-12-28T18:03Z'), zone)).toBe('2025-12-28T19:03:00+01:00');
    expect(isoWithOffset(at('2025-12-28T18:03Z'), 'America/St_Johns')).toBe('2025-12-28T14:33:00-03:30');
  });
});

describe('firstRequest', () => {
  const command = (customer: string | undefined, needsKey: boolean) =>
    firstRequest({ origin: 'http://localhost:3000', customer, needsKey, now: at('2025-12-28T18:03:07.5Z') });

  it('sends an entry of now for the customer', () => {
    expect(command('cus-birch', false)).toContain(
      "curl http://localhost:3000/logs \\\n  -H 'x-customer-id: cus-birch'",
    );
    expect(command('cus-birch', false)).toContain('"receivedAt":"2025-12-28T18:03:07Z"');
  });

  it('leaves room for the key where one is needed', () => {
    expect(command('cus-birch', true)).toContain('authorization: Bearer YOUR-API-KEY');
  });
});

describe('describeRejections', () => {
  const now = at('2025-12-28T18:04:00Z');
  const since = at('2025-12-28T18:00:00Z');

  it('says how many entries were rejected, and each reason once', () => {
    const reasons = ['path is required', 'path is required', 'is not JSON'];
    expect(describeRejections({ entries: 1_200, since, reasons }, now, 'UTC')).toMatch(
      /^1,200 entries were rejected since .+, and are not counted\. Latest reasons: path is required; is not JSON\.$/,
    );
    expect(describeRejections({ entries: 1, since, reasons: [] }, now, 'UTC')).toMatch(
      /^1 entry was rejected since .+, and is not counted\.$/,
    );
  });
});
