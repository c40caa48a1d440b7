import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../../commands/ship/input/split-lines.ts';

describe('lines', () => {
  it('are the same, with the same positions, however the bytes arrive', () => {
    const anyText = fc.array(fc.constantFrom('a', 'é', '✓', '\n', '\r\n', ' '), { maxLength: 60 });
    fc.assert(
      fc.property(anyText, fc.array(fc.nat(120)), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        const splitter = createLineSplitter();
        const bounds = [
          0,
          ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
          bytes.length,
        ];
        const lines = bounds
          .slice(1)
          .flatMap((to, index) => splitter.push(bytes.subarray(bounds[index], to)));
        lines.push(...splitter.rest());
        const texts = bytes.toString().split('\n');
        if (texts.at(-1) === '') texts.pop();
        expect(lines.map(({ text }) => text)).toEqual(texts.map((text) => text.replace(/\r$/, '')));
        expect(lines.map(({ start }) => start)).toEqual(
          [0, ...lines.map(({ end }) => end)].slice(0, lines.length),
        );
        expect(lines.at(-1)?.end ?? 0).toBe(bytes.length);
      }),
    );
  });

  it('that are too long have no text, and cost no memory', () => {
    const splitter = createLineSplitter();
    expect(splitter.push(Buffer.from('first\n'))).toHaveLength(1);
    for (let chunk = 0; chunk < 100; chunk++) expect(splitter.push(Buffer.alloc(65_536, 'x'))).toEqual([]);
    expect(splitter.push(Buffer.from('\nlast\n'))).toEqual([
      { text: undefined, nulls: 0, isTerminated: true, start: 6, end: 6 + 6_553_600 + 1 },
      { text: 'last', nulls: 0, isTerminated: true, start: 6_553_607, end: 6_553_612 },
    ]);
  });

  it('may begin with any number of null bytes, which their text does not have', () => {
    const splitter = createLineSplitter();
    expect(splitter.push(Buffer.from('first\n'))).toHaveLength(1);
    for (let chunk = 0; chunk < 3; chunk++) expect(splitter.push(Buffer.alloc(65_536))).toEqual([]);
    expect(splitter.isInLine()).toBe(true);
    expect(splitter.push(Buffer.from('\0\0second\nthird'))).toEqual([
      { text: 'second', nulls: 196_610, isTerminated: true, start: 6, end: 196_623 },
    ]);
    expect(splitter.rest()).toEqual([
      { text: 'third', nulls: 0, isTerminated: false, start: 196_623, end: 196_628 },
    ]);
  });

  it('do not begin with a byte order mark, and may have bytes that are not UTF-8', () => {
    const splitter = createLineSplitter();
    const [line] = splitter.push(Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x0a]));
    expect(line?.text).toBe('a\ufffd');
  });
});
