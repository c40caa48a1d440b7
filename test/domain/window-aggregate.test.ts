import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsToJson } from '../../lib/domain/dimensions.ts';
import type { WindowPartial } from '../../lib/domain/partial.ts';
import { addPartials, type WindowAggregate } from '../../lib/domain/window-aggregate.ts';
import { instant, windowPartial } from '../factories.ts';

const now = instant('2025-12-28T18:04:00Z');
const noLimits = { maxKeysPerDimension: 10_000, maxKeyTextBytes: 1_000_000 };

function add(current: WindowAggregate | undefined, partials: readonly WindowPartial[], limits = noLimits) {
  const [first, ...others] = partials;
  if (first === undefined) return current;
  return addPartials(current, [first, ...others], now, limits) ?? current;
}

/**
 * Returns the content of a window that does not depend on the way to it: without the number of writes and the order
 * of ids.
 */
function contentOf(window: WindowAggregate | undefined) {
  if (window === undefined) return undefined;
  const { requests, batches, lateRequests, counts, partialIds } = window;
  const ids = Array.from({ length: partialIds.length / 16 }, (_, at) =>
    partialIds.toString('hex', at * 16, at * 16 + 16),
  );
  return { requests, batches, lateRequests, counts: countsToJson(counts), ids: ids.toSorted() };
}

const partials = fc.array(
  fc
    .record({
      id: fc.integer({ min: 0, max: 12 }),
      part: fc.integer({ min: 0, max: 1 }),
      isLate: fc.boolean(),
    })
    // The meaning of an id never changes, so the rest of a partial follows from it.
    .map(({ id, part }) =>
      windowPartial({
        id: id * 2 + part,
        part,
        isLate: id % 3 === 0,
        counts: {
          requestsByPath: { [`GET /${id % 4}`]: id + 1, 'GET /': 2 },
          requestsByUserAgent: { Chrome: id + 3 },
        },
      }),
    ),
  { maxLength: 30 },
);

describe('addPartials', () => {
  it('adds requests, batches, late requests and each dimension', () => {
    const window = add(undefined, [
      windowPartial({ id: 1, counts: { requestsByPath: { 'GET /': 2 }, requestsByStatus: { 200: 2 } } }),
      windowPartial({ id: 2, isLate: true, counts: { requestsByPath: { 'GET /': 1, 'GET /a': 1 } } }),
      windowPartial({ id: 3, part: 1, counts: { requestsByPath: { 'GET /b': 1 } } }),
    ]);
    expect(window).toMatchObject({ requests: 5, batches: 2, lateRequests: 2, revision: 1, updatedAt: now });
    expect(countsToJson(window?.counts ?? expect.fail('no window'))).toEqual({
      requestsByPath: { 'GET /': 3, 'GET /a': 1, 'GET /b': 1 },
      requestsByUserAgent: {},
      requestsByStatus: { 200: 2 },
    });
  });

  it('says that nothing is to be written when it holds all of them', () => {
    const partial = windowPartial({ id: 1, counts: { requestsByPath: { 'GET /': 1 } } });
    const window = add(undefined, [partial]);
    expect(addPartials(window, [partial, partial], now, noLimits)).toBeUndefined();
  });

  it('leaves the window that it was given as it was', () => {
    const window = add(undefined, [windowPartial({ id: 1, counts: { requestsByPath: { 'GET /': 1 } } })]);
    const before = contentOf(window);
    add(window, [windowPartial({ id: 2, counts: { requestsByPath: { 'GET /': 1 } } })]);
    expect(contentOf(window)).toEqual(before);
  });

  it('is commutative', () => {
    fc.assert(
      fc.property(partials, partials, (a, b) => {
        expect(contentOf(add(add(undefined, a), b))).toEqual(contentOf(add(add(undefined, b), a)));
      }),
    );
  });

  it('is associative: how partials are divided among invocations makes no difference', () => {
    fc.assert(
      fc.property(partials, fc.integer({ min: 1, max: 5 }), (all, size) => {
        let window: WindowAggregate | undefined;
        for (let at = 0; at < all.length; at += size) window = add(window, all.slice(at, at + size));
        expect(contentOf(window)).toEqual(contentOf(add(undefined, all)));
      }),
    );
  });

  it('is idempotent: what comes again, in whole or in part, changes nothing', () => {
    fc.assert(
      fc.property(partials, fc.integer({ min: 0, max: 30 }), (all, count) => {
        const once = add(undefined, all);
        expect(contentOf(add(once, all.slice(0, count)))).toEqual(contentOf(once));
      }),
    );
  });

  it('keeps totals exact, whatever is folded and in whatever order', () => {
    fc.assert(
      fc.property(partials, fc.integer({ min: 1, max: 3 }), (all, maxKeysPerDimension) => {
        const limits = { ...noLimits, maxKeysPerDimension };
        const folded = add(undefined, all, limits);
        const reversed = add(undefined, all.toReversed(), limits);
        const paths = [...(folded?.counts.requestsByPath.values() ?? [])].reduce(
          (sum, count) => sum + count,
          0,
        );
        expect(paths).toBe(folded?.requests ?? 0);
        expect(reversed?.requests).toBe(folded?.requests);
      }),
    );
  });
});
