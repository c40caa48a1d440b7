import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folding, keepLargest, otherKey } from '../../lib/domain/folding.ts';

const noLimits = { maxKeysPerDimension: 1_000_000, maxKeyTextBytes: 1_000_000_000 };
const sumOf = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);
const additions = fc.array(
  fc
    .dictionary(
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 9 }),
    )
    .map((record) => new Map(Object.entries(record))),
  { maxLength: 8 },
);

function foldAll(maps: readonly ReadonlyMap<string, number>[], limits: typeof noLimits): Map<string, number> {
  const counts = new Map<string, number>();
  const add = folding(counts, limits);
  for (const map of maps) add(map);
  return counts;
}

describe('folding', () => {
  it('lets new keys in by count, then by name, and counts the rest under (other)', () => {
    const counts = foldAll(
      [
        new Map([
          ['c', 1],
          ['b', 1],
          ['a', 5],
          ['d', 1],
        ]),
      ],
      { ...noLimits, maxKeysPerDimension: 2 },
    );
    expect([...counts]).toEqual([
      ['a', 5],
      ['b', 1],
      [otherKey, 2],
    ]);
  });

  it('never gives up a key that it keeps for one that is larger', () => {
    const counts = foldAll([new Map([['a', 1]]), new Map([['b', 100]])], {
      ...noLimits,
      maxKeysPerDimension: 1,
    });
    expect([...counts]).toEqual([
      ['a', 1],
      [otherKey, 100],
    ]);
  });

  it('bounds the text of the keys as JSON writes it', () => {
    const counts = foldAll(
      [
        new Map([
          ['aaaa', 2],
          ['\u0000', 1],
          ['b', 1],
        ]),
      ],
      { ...noLimits, maxKeyTextBytes: 6 + 3 },
    );
    expect([...counts]).toEqual([
      ['aaaa', 2],
      ['b', 1],
      [otherKey, 1],
    ]);
  });

  it('takes up a count that is already under (other)', () => {
    const counts = foldAll(
      [
        new Map([
          [otherKey, 3],
          ['a', 1],
        ]),
        new Map([[otherKey, 2]]),
      ],
      { ...noLimits, maxKeysPerDimension: 1 },
    );
    expect([...counts]).toEqual([
      ['a', 1],
      [otherKey, 5],
    ]);
  });

  it('keeps every total, every kept key once it is in, and the limit', () => {
    fc.assert(
      fc.property(additions, fc.integer({ min: 1, max: 4 }), (maps, maxKeysPerDimension) => {
        const counts = new Map<string, number>();
        const add = folding(counts, { ...noLimits, maxKeysPerDimension });
        const exact = new Map<string, number>();
        let total = 0;
        for (const map of maps) {
          const keptBefore = new Map(counts);
          add(map);
          total += sumOf(map);
          for (const [key, requests] of map) {
            const isKept = keptBefore.has(key);
            const enters = !isKept && counts.has(key);
            if (isKept) exact.set(key, (exact.get(key) ?? 0) + requests);
            if (enters) exact.set(key, requests);
          }
          for (const key of keptBefore.keys()) expect(counts.has(key)).toBe(true);
        }
        expect(sumOf(counts)).toBe(total);
        const kept = [...counts].filter(([key]) => key !== otherKey);
        expect(kept.length).toBeLessThanOrEqual(maxKeysPerDimension);
        for (const [key, requests] of kept) expect(requests).toBe(exact.get(key));
      }),
    );
  });
});

describe('keepLargest', () => {
  it('keeps the largest keys, largest first, and sums up the rest with what was folded', () => {
    const counts = new Map([
      ['a', 1],
      [otherKey, 10],
      ['b', 3],
      ['c', 2],
    ]);
    expect([...keepLargest(counts, 2)]).toEqual([
      ['b', 3],
      ['c', 2],
      [otherKey, 11],
    ]);
    expect([...keepLargest(new Map([['a', 1]]), 2)]).toEqual([['a', 1]]);
  });

  it('keeps those that sorting them all would, however many there are', () => {
    const keys = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 3 }), fc.integer({ min: 1, max: 3 })), {
      selector: ([key]) => key,
      maxLength: 40,
    });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 5 }), (entries, most) => {
        const sorted = entries.toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
        const rest = sorted.slice(most).reduce((sum, [, requests]) => sum + requests, 0);
        const other: [string, number][] = rest > 0 ? [[otherKey, rest]] : [];
        expect([...keepLargest(new Map(entries), most)]).toEqual([...sorted.slice(0, most), ...other]);
      }),
    );
  });
});
