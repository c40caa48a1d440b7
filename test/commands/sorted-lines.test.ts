import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SortedLines } from '../../commands/audit/sorted-lines.ts';

const line = fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => text.replaceAll('\n', '\u2028'));

it('returns every line in order, any number of times, however small its memory', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 200 }), (lines) => {
      const sorted = new SortedLines({ maxGathered: 100, maxMerged: 2 });
      try {
        for (const each of lines) sorted.add(each);
        expect(sorted.lines).toBe(lines.length);
        expect([...sorted.sorted()]).toEqual([...lines].sort());
        expect([...sorted.sorted()]).toEqual([...lines].sort());
      } finally {
        sorted.remove();
      }
    }),
    { numRuns: 50 },
  );
});

it('keeps lines whole that are longer than its read buffer', () => {
  const sorted = new SortedLines({ maxGathered: 1_000 });
  const lines = [`b${'x'.repeat(200_000)}`, 'c', `a${'ü'.repeat(70_000)}`];
  for (const each of lines) sorted.add(each);
  expect([...sorted.sorted()]).toEqual([...lines].sort());
  sorted.remove();
});
