import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsText } from '../../lib/domain/counts-text.ts';
import {
  createKeyTotals,
  type KeyOrder,
  type KeyPlace,
  type KeyTotals,
  type SumList,
} from '../../lib/domain/key-totals.ts';
import { placeName } from '../../lib/domain/key-totals/place-name.ts';

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

describe('key totals with sums beside the requests', () => {
  const limits = { maxKeys: 10, maxKeyTextBytes: 1_000_000 };
  const add = (
    totals: KeyTotals,
    requestsByKey: Readonly<Record<string, number>>,
    sums: readonly SumList[],
  ) => totals.add(countsText(new Map(Object.entries(requestsByKey))), undefined, sums);

  it('keep keys by a sum where it is wanted, and say what they have dropped', () => {
    const totals = createKeyTotals(limits, { lists: 2, keptBy: 1 });
    for (let window = 0; window < 10; window++) {
      const keys = Object.fromEntries(
        Array.from({ length: 5 }, (_, key) => [`often-${window}-${key}`, 100] as const),
      );
      add(totals, { rare: 1, ...keys }, [
        [1, 2, 2, 2, 2, 2],
        [50, 1, 1, 1, 1, 1],
      ]);
    }
    const [first] = totals.inOrder({ valueOf: (_requests, sumOf) => sumOf(1) }, 1);
    expect(first).toEqual({ key: 'rare', requests: 10, sums: [10, 500] });
    const kept = totals.inOrder({ valueOf: (requests) => requests }, noLimit);
    expect(kept.length).toBeLessThanOrEqual(10);
    for (const list of [0, 1]) {
      const ofKept = kept.reduce((sum, { sums }) => sum + (sums?.[list] ?? 0), 0);
      expect(ofKept + (totals.foldedSums()[list] ?? 0)).toBe(totals.sums()[list]);
    }
    expect(kept.reduce((sum, { requests }) => sum + requests, totals.folded())).toBe(5_010);
  });

  it('count the sums of what windows have folded as such', () => {
    const totals = createKeyTotals(limits, { lists: 1 });
    add(totals, { a: 1, '(other)': 3 }, [[5, 7]]);
    expect(totals.foldedSums()).toEqual([7]);
    expect(totals.sums()).toEqual([12]);
  });

  it('give each key once, page by page, in the order of any value', () => {
    const window = fc.dictionary(
      fc.oneof(
        fc.constantFrom('a', 'b', 'B', 'é', '"'),
        fc.constantFrom('1', '2').map((end) => 'x'.repeat(300) + end),
      ),
      fc.integer({ min: 1, max: 3 }),
    );
    fc.assert(
      fc.property(fc.array(window, { maxLength: 4 }), fc.integer({ min: 1, max: 4 }), (windows, most) => {
        const totals = createKeyTotals({ ...limits, maxKeys: 100 }, { lists: 1 });
        for (const counts of windows)
          add(totals, counts, [Object.values(counts).map((requests) => requests % 2)]);
        const valueOf: KeyOrder['valueOf'] = (_requests, sumOf) => sumOf(0);
        const all = totals.inOrder({ valueOf }, noLimit);
        const found: string[] = [];
        for (let after: KeyPlace | undefined; ;) {
          const page = totals.inOrder({ valueOf, after }, most);
          const last = page.at(-1);
          if (last === undefined) break;
          found.push(...page.map(({ key }) => key));
          after = { value: last.sums?.[0] ?? 0, name: placeName(last.key) };
        }
        expect(found).toEqual(all.map(({ key }) => key));
        expect(new Set(found)).toEqual(new Set(windows.flatMap((counts) => Object.keys(counts))));
        const values = all.map(({ sums }) => sums?.[0] ?? 0);
        expect(values).toEqual(values.toSorted((a, b) => b - a));
      }),
    );
  });
});
