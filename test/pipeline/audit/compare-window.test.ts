import { describe, expect, it } from 'vitest';
import { addPartials, type WindowAggregate } from '../../../lib/domain/window-aggregate.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import type { WindowPartial } from '../../../lib/domain/partial.ts';
import { compareWindow } from '../../../lib/pipeline/audit/compare-window.ts';
import { instant, simpleRules, windowPartial, foldingLimits as wide } from '../../factories.ts';

const now = instant('2025-12-28T18:10:00Z');
const old = instant('2025-12-28T18:04:00Z');

const byPath = (id: number, requestsByPath: Record<string, number>) =>
  windowPartial({ id, counts: { requestsByPath } });

function windowOf(partials: readonly WindowPartial[], limits = wide): WindowAggregate {
  const [first, ...others] = partials;
  const window = first && addPartials(undefined, [first, ...others], now, limits);
  if (window === undefined) throw new Error('A window needs a partial.');
  return window;
}

function compared(
  window: WindowAggregate | undefined,
  partials: readonly WindowPartial[],
  isPending = false,
) {
  const comparison = compareWindow(window, { isPending: () => isPending, rulesVersion: simpleRules.version });
  for (const [index, partial] of partials.entries()) {
    comparison.add({ batchKey: `batches/c/k-${index}` as ObjectKey, storedAt: old, partial });
  }
  return comparison.finish();
}

describe('the comparison of a window', () => {
  const one = byPath(1, { 'GET /a': 3, 'GET /b': 1 });
  const two = byPath(2, { 'GET /a': 1, 'GET /c': 2 });
  const three = byPath(3, { 'GET /d': 1 });

  it('finds no difference in the sum of its partials, in any order', () => {
    const nothing = { unexplained: 0, missing: [], pending: 0, details: [] };
    expect(compared(windowOf([one, two]), [two, one])).toEqual(nothing);
    expect(compared(undefined, [])).toEqual(nothing);
  });

  it('reports partials that are counted but have no batch, and partials of a batch that are not counted', () => {
    const { unexplained, missing } = compared(windowOf([one, two]), [two, three]);
    expect(unexplained).toBe(1);
    expect(missing).toEqual([{ id: three.id, batchKey: 'batches/c/k-1', requests: 1 }]);
  });

  it('takes what is not held and young for pending', () => {
    expect(compared(windowOf([one]), [one, two], true)).toMatchObject({
      missing: [],
      pending: 1,
      details: [],
    });
  });

  it('compares the counts with what is held alone', () => {
    expect(compared(windowOf([one]), [one, two]).details).toEqual([]);
  });

  it('reports a partial that is held twice', () => {
    const window = windowOf([one]);
    const twice = { ...window, partialIds: Buffer.concat([window.partialIds, window.partialIds]) };
    expect(compared(twice, [one]).details).toEqual(['1 partials are held more than once']);
  });

  it('names the first keys that differ and counts the others', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`GET /${index}`, 1]));
    const window = { ...windowOf([byPath(1, many)]), counts: windowOf([one]).counts };
    const { details } = compared(window, [byPath(1, many)]);
    expect(details).toHaveLength(6);
    expect(details.at(-1)).toMatch(/^requestsByPath: \d+ more keys$/);
  });
});

describe('the comparison of a window that is folded', () => {
  const narrow = { ...wide, maxKeysPerDimension: 1 };
  const one = byPath(1, { 'GET /a': 3 });
  const two = byPath(2, { 'GET /a': 1, 'GET /b': 2, 'GET /c': 4 });

  it.each([[[one, two]], [[two, one]]])('finds nothing, whichever keys were kept', (order) => {
    expect(compared(windowOf(order, narrow), [one, two]).details).toEqual([]);
  });

  it('finds nothing where the limit was raised in between', () => {
    const [first, ...others] = [byPath(3, { 'GET /b': 1, 'GET /c': 1 })] as const;
    const raised = addPartials(windowOf([one, two], narrow), [first, ...others], now, wide);
    expect(compared(raised, [one, two, first]).details).toEqual([]);
  });

  it('reports a kept key that has too much, and a sum that is not right', () => {
    const window = windowOf([one, two], narrow);
    const counts = (requestsByPath: Map<string, number>) => ({
      ...window,
      counts: { ...window.counts, requestsByPath },
    });
    expect(
      compared(
        counts(
          new Map([
            ['GET /a', 5],
            ['(other)', 5],
          ]),
        ),
        [one, two],
      ).details,
    ).toEqual(['requestsByPath "GET /a": is 5, should be 4']);
    expect(
      compared(
        counts(
          new Map([
            ['GET /a', 4],
            ['(other)', 5],
          ]),
        ),
        [one, two],
      ).details,
    ).toEqual(['requestsByPath together: is 9, should be 10']);
  });
});
