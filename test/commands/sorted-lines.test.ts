import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, it, onTestFinished, vi } from 'vitest';
import { SortedLines } from '../../commands/audit/sorted-lines.ts';
import { subjectOf } from '../../lib/pipeline/audit/spool.ts';
import { temporaryDirectory } from './counted-directory.ts';

function sortedLines(options?: ConstructorParameters<typeof SortedLines>[0]): SortedLines {
  const sorted = new SortedLines(options);
  onTestFinished(() => sorted.remove());
  return sorted;
}

/** Subjects are often equal, and often the beginning of another one. */
const subject = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', 'ü', '😀'), maxLength: 4 }),
  fc.string({ unit: fc.constantFrom('a', 'Z'), minLength: 1_800, maxLength: 1_800 }),
);
const text = fc.string({ unit: 'grapheme', maxLength: 300 }).map((each) => each.replaceAll('\n', '\u2028'));
const line = fc.oneof(
  subject,
  fc.tuple(subject, fc.constantFrom('0', '1'), text).map((fields) => fields.join('\t')),
);

function inOrder(lines: readonly string[]): string[] {
  const bytes = (each: string) => Buffer.from(subjectOf(each));
  return lines.toSorted((one, other) => Buffer.compare(bytes(one), bytes(other)));
}

it('returns every line in the order of subjects, any number of times, however small its memory', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 200 }), fc.array(line, { maxLength: 20 }), (lines, later) => {
      const sorted = new SortedLines({ maxGathered: 100 });
      try {
        for (const each of lines) sorted.add(each);
        expect(sorted.lines).toBe(lines.length);
        expect([...sorted.sorted()]).toEqual(inOrder(lines));
        for (const each of later) sorted.add(each);
        expect([...sorted.sorted()]).toEqual(inOrder([...lines, ...later]));
      } finally {
        sorted.remove();
      }
    }),
    { numRuns: 50 },
  );
});

it('keeps lines whole that are longer than what it gathers', () => {
  const sorted = sortedLines({ maxGathered: 1_000 });
  const lines = [`b\t1\t${'x'.repeat(200_000)}`, 'c', `a\t1\t${'ü'.repeat(70_000)}`];
  for (const each of lines) sorted.add(each);
  expect([...sorted.sorted()]).toEqual(inOrder(lines));
});

it('reads on from where another reading is', () => {
  const sorted = sortedLines({ maxGathered: 1 });
  for (const each of ['c', 'a', 'b']) sorted.add(each);
  const read: string[] = [];
  for (const one of sorted.sorted()) for (const other of sorted.sorted()) read.push(one + other);
  expect(read).toEqual(['aa', 'ab', 'ac', 'ba', 'bb', 'bc', 'ca', 'cb', 'cc']);
});

it('leaves no file, also when it is removed while an interrupted audit still reads and adds', async () => {
  const directory = await temporaryDirectory();
  vi.stubEnv('TMPDIR', directory);
  onTestFinished(() => void vi.unstubAllEnvs());
  const sorted = new SortedLines({ maxGathered: 1 });
  for (let each = 0; each < 1_000; each += 1) sorted.add(`${each}`);
  const reading = sorted.sorted();
  expect(reading.next().value).toBe('0');
  expect(await readdir(directory)).not.toEqual([]);
  sorted.remove();
  expect(await readdir(directory)).toEqual([]);
  expect(() => [...reading]).toThrow('Transaction must abort');
  expect(() => sorted.add('later')).toThrow('closed');
  expect(await readdir(directory)).toEqual([]);
});
