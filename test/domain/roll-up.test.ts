import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsToJson, mapDimensions } from '../../lib/domain/dimensions.ts';
import { encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { rollUp, type RolledUpWindow } from '../../lib/domain/roll-up.ts';
import { addToSum, emptySum, foldSum, type WindowSum } from '../../lib/domain/window-sum.ts';
import { customer, instant, windowStart } from '../factories.ts';

const now = instant('2025-12-28T19:00:00Z');
const later = instant('2025-12-28T20:00:00Z');
const noLimits = { maxKeysPerDimension: 10_000, maxKeyTextBytes: 1_000_000 };
const hour = {
  customerId: customer(),
  windowSize: 'hour',
  windowStart: windowStart('2025-12-28T18:00:00Z'),
} as const;

function partOf(requestsByPath: Map<string, number>, lateRequests = 0): WindowSum {
  const requests = [...requestsByPath.values()].reduce((sum, count) => sum + count, 0);
  return { requests, lateRequests, counts: { ...mapDimensions(() => new Map()), requestsByPath } };
}

function part(paths: Readonly<Record<string, number>>, lateRequests?: number): WindowSum {
  return partOf(new Map(Object.entries(paths)), lateRequests);
}

function sumOf(parts: readonly WindowSum[], limits = noLimits): WindowSum {
  const sum = emptySum();
  for (const each of parts) addToSum(sum, each);
  return foldSum(sum, limits);
}

function rolledUp(parts: readonly WindowSum[], current?: RolledUpWindow, limits = noLimits): RolledUpWindow {
  return rollUp(current, hour, sumOf(parts, limits), now);
}

describe('rollUp', () => {
  it('adds up requests, late requests and each key', () => {
    const window = rolledUp([part({ 'GET /': 2, 'GET /a': 1 }, 1), part({ 'GET /': 3 }, 3)]);
    expect({ ...window, counts: countsToJson(window.counts) }).toEqual({
      ...hour,
      requests: 6,
      lateRequests: 4,
      revision: 1,
      updatedAt: now,
      counts: {
        requestsByPath: { 'GET /': 5, 'GET /a': 1 },
        requestsByUserAgent: {},
        requestsByStatus: {},
      },
    });
  });

  it('puts the sum in place of what was there, and counts how often', () => {
    const wrong = rolledUp([part({ 'GET /wrong': 99 })]);
    const window = rollUp(wrong, hour, sumOf([part({ 'GET /': 2 })]), later);
    expect(window).toMatchObject({ requests: 2, revision: 2, updatedAt: later });
    expect([...window.counts.requestsByPath]).toEqual([['GET /', 2]]);
  });

  it.each<[string, WindowSum[]]>([
    ['another key of the same count', [part({ 'GET /b': 2 })]],
    ['another count', [part({ 'GET /a': 3 })]],
    ['more keys', [part({ 'GET /a': 1, 'GET /b': 1 })]],
    ['more of it late', [part({ 'GET /a': 2 }, 1)]],
  ])('is to be written when there is %s', (_what, parts) => {
    const current = rolledUp([part({ 'GET /a': 2 })]);
    expect(rollUp(current, hour, sumOf(parts), later)).toMatchObject({ revision: 2 });
  });

  it('need not be written if it would say the same again', () => {
    const parts = [part({ 'GET /a': 1, 'GET /b': 2 }), part({ 'GET /c': 2 })];
    const current = rolledUp(parts);
    expect(rollUp(current, hour, sumOf(parts.toReversed()), later)).toBe(current);
  });

  it('keeps the largest keys by their count in all parts, and sums up the rest with what was folded in these', () => {
    const parts = [part({ a: 3, c: 2, '(other)': 10 }), part({ b: 4, c: 2 }), part({ d: 3 })];
    const { requests, counts } = rolledUp(parts, undefined, { ...noLimits, maxKeysPerDimension: 3 });
    expect(requests).toBe(24);
    expect([...counts.requestsByPath]).toEqual([
      ['b', 4],
      ['c', 4],
      ['a', 3],
      ['(other)', 13],
    ]);
  });

  it('is the same, byte for byte, in whatever order its parts are added, and its totals are exact', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'dd', 'é', '(other)', '200', '__proto__');
    const parts = fc.array(
      fc
        .array(fc.tuple(key, fc.integer({ min: 1, max: 5 })), { maxLength: 6 })
        .map((pairs) => partOf(new Map(pairs))),
      { minLength: 1, maxLength: 8 },
    );
    const shuffled = parts.chain((those) =>
      fc.tuple(
        fc.constant(those),
        fc.shuffledSubarray(those, { minLength: those.length, maxLength: those.length }),
      ),
    );
    fc.assert(
      fc.property(
        shuffled,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 3, max: 30 }),
        ([those, reordered], maxKeysPerDimension, maxKeyTextBytes) => {
          const limits = { maxKeysPerDimension, maxKeyTextBytes };
          const window = rolledUp(those, undefined, limits);
          expect(encodeRolledUp(rolledUp(reordered, undefined, limits))).toEqual(encodeRolledUp(window));
          const kept = [...window.counts.requestsByPath];
          expect(kept.reduce((sum, [, requests]) => sum + requests, 0)).toBe(window.requests);
          const all = sumOf(those).counts.requestsByPath;
          for (const [name, requests] of kept) if (name !== '(other)') expect(requests).toBe(all.get(name));
        },
      ),
    );
  });
});
