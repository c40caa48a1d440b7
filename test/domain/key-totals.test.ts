import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsText } from '../../lib/domain/counts-text.ts';
import { createKeyTotals } from '../../lib/domain/key-totals.ts';

const roomy = { maxKeys: 1_000, maxKeyTextBytes: 1_000_000 };
const noLimit = Number.MAX_SAFE_INTEGER;

function totalsOf(windows: readonly Readonly<Record<string, number>>[], limits = roomy) {
  const totals = createKeyTotals(limits);
  for (const counts of windows) totals.add(countsText(new Map(Object.entries(counts))));
  return totals;
}

describe('key totals', () => {
  it('adds up each key and lists the largest first, equal ones by name', () => {
    const totals = totalsOf([{ b: 1, a: 2, c: 9 }, { b: 1 }]);
    expect(totals.largest(3, noLimit)).toEqual([
      { key: 'c', requests: 9 },
      { key: 'a', requests: 2 },
      { key: 'b', requests: 2 },
    ]);
    expect(totals.largest(1, noLimit)).toEqual([{ key: 'c', requests: 9 }]);
    expect(totals.folded()).toBe(0);
  });

  it('counts what windows have folded as such, and not as a key', () => {
    const totals = totalsOf([{ a: 1, '(other)': 3 }, { '(other)': 4 }]);
    expect(totals.largest(10, noLimit)).toEqual([{ key: 'a', requests: 1 }]);
    expect(totals.folded()).toBe(7);
  });

  it('ends a list where its text becomes too long', () => {
    const totals = totalsOf([{ ['x'.repeat(500)]: 3, ['y'.repeat(500)]: 2, z: 1 }]);
    expect(totals.largest(10, 600).map(({ key }) => key[0])).toEqual(['x']);
    expect(totals.largest(10, 1_100).map(({ key }) => key[0])).toEqual(['x', 'y', 'z']);
  });

  it('lets go of rare keys, and keeps frequent ones, when there are too many', () => {
    const rare = Array.from({ length: 50 }, (_, window) => ({
      often: 10,
      ...Object.fromEntries(Array.from({ length: 5 }, (_, key) => [`rare-${window}-${key}`, 1])),
    }));
    const totals = totalsOf(rare, { maxKeys: 20, maxKeyTextBytes: 1_000_000 });
    expect(totals.largest(1, noLimit)).toEqual([{ key: 'often', requests: 500 }]);
    const kept = totals.largest(noLimit, noLimit);
    expect(kept.length).toBeLessThanOrEqual(25);
    expect(kept.reduce((sum, { requests }) => sum + requests, totals.folded())).toBe(750);
  });

  it('never counts a key too high, nor too low by more than `folded`, whatever was dropped', () => {
    const window = fc.dictionary(
      fc.constantFrom(...'abcdefghijklmnop'.split(''), '(other)'),
      fc.integer({ min: 1, max: 9 }),
    );
    const limits = fc.record({
      maxKeys: fc.integer({ min: 2, max: 12 }),
      maxKeyTextBytes: fc.integer({ min: 2, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(window, { maxLength: 12 }), limits, (windows, limits) => {
        const totals = totalsOf(windows, limits);
        const exact = totalsOf(windows);
        const said = new Map(totals.largest(noLimit, noLimit).map(({ key, requests }) => [key, requests]));
        const all = [...said.values()].reduce((sum, requests) => sum + requests, totals.folded());
        expect(all).toBe(windows.flatMap((counts) => Object.values(counts)).reduce((sum, n) => sum + n, 0));
        for (const { key, requests } of exact.largest(noLimit, noLimit)) {
          expect(said.get(key) ?? 0).toBeLessThanOrEqual(requests);
          expect((said.get(key) ?? 0) + totals.folded()).toBeGreaterThanOrEqual(requests);
        }
      }),
    );
  });
});
