import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answeredMeasures } from '../../lib/domain/answered-measures.ts';
import { otherKey, type FoldingLimits } from '../../lib/domain/folding.ts';
import { encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import type { RolledUpWindow } from '../../lib/domain/roll-up.ts';
import { decodeServedWindow, type ServedWindow } from '../../lib/domain/served-window.ts';
import { ServedSum } from '../../lib/domain/served-sum.ts';
import { addToSum, emptySum, foldSum } from '../../lib/domain/window-sum.ts';
import { foldingLimits, instant, windowStart } from '../factories.ts';
import { propertyRuns } from '../property-runs.ts';
import { arbitraryHour, contentOf } from './arbitrary-hour.ts';

const served = (window: RolledUpWindow): ServedWindow => {
  const decoded = decodeServedWindow(encodeRolledUp(window), window.windowSize);
  if (decoded === undefined) throw new Error('The window has no end.');
  return decoded;
};

function sumOf(hours: readonly RolledUpWindow[], limits: FoldingLimits, most?: number) {
  const sum = new ServedSum(limits);
  for (const each of hours) sum.add(served(each));
  return sum.window(windowStart('2025-12-28T00:00:00Z'), most);
}

function check<T>(property: fc.IProperty<T>): void {
  fc.assert(property, { numRuns: propertyRuns(100) });
}

describe('the sum of served windows', () => {
  it.each([foldingLimits, { maxKeysPerDimension: 3, maxKeyTextBytes: 30 }])(
    'is what a roll-up of the same parts stores, with limits of %j',
    (limits) => {
      check(
        fc.property(fc.array(arbitraryHour, { minLength: 2, maxLength: 5 }), (hours) => {
          const sum = emptySum();
          for (const each of hours) addToSum(sum, each);
          const [{ customerId }] = hours as [RolledUpWindow];
          const day = {
            customerId,
            windowSize: 'day',
            windowStart: windowStart('2025-12-28T00:00:00Z'),
            revision: 1,
            updatedAt: instant('2025-12-29T00:00:00Z'),
            ...foldSum(sum, limits),
          } as const;
          expect(contentOf(sumOf(hours, limits))).toEqual(contentOf(served(day)));
        }),
      );
    },
  );

  it('is the same in any order, with the sum of the revisions and the latest update', () => {
    check(
      fc.property(fc.array(arbitraryHour, { minLength: 2, maxLength: 5 }), (hours) => {
        const sum = sumOf(hours, foldingLimits);
        expect(contentOf(sumOf(hours.toReversed(), foldingLimits))).toEqual(contentOf(sum));
        expect(sum?.revision).toBe(hours.reduce((all, { revision }) => all + revision, 0));
        expect(sum?.updatedAt).toEqual(
          new Date(Math.max(...hours.map(({ updatedAt }) => updatedAt.getTime()))),
        );
        expect(sum).not.toHaveProperty('batches');
      }),
    );
  });

  it('keeps only the largest keys if asked for fewer, and the rest under (other)', () => {
    check(
      fc.property(
        fc.array(arbitraryHour, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        (hours, most) => {
          const all = contentOf(sumOf(hours, foldingLimits));
          const largest = contentOf(sumOf(hours, foldingLimits, most));
          for (const [field, requestsByKey] of Object.entries(largest?.counts ?? {})) {
            const whole = all?.counts[field as keyof typeof all.counts] ?? new Map<string, number>();
            const total = (counts: ReadonlyMap<string, number>) =>
              [...counts.values()].reduce((a, b) => a + b, 0);
            expect(total(requestsByKey)).toBe(total(whole));
            const kept = [...requestsByKey].filter(([name]) => name !== otherKey);
            expect(kept).toHaveLength(
              Math.min(most, [...whole.keys()].filter((name) => name !== otherKey).length),
            );
            for (const [name, requests] of kept) expect(whole.get(name)).toBe(requests);
          }
        },
      ),
    );
  });

  it('has the same sums of all without the paths', () => {
    const fields = new Set(['requestsByStatus'] as const);
    check(
      fc.property(fc.array(arbitraryHour, { minLength: 2, maxLength: 5 }), (hours) => {
        const sum = new ServedSum(foldingLimits);
        for (const each of hours) {
          const part = decodeServedWindow(encodeRolledUp(each), 'hour', fields);
          if (part !== undefined) sum.add(part);
        }
        const [some, all] = [sum.window(windowStart('2025-12-28T00:00:00Z')), sumOf(hours, foldingLimits)];
        expect(answeredMeasures(some?.measures)).toEqual(answeredMeasures(all?.measures));
        expect(some?.requests).toBe(all?.requests);
        expect(some?.counts.requestsByPath.json.toString()).toBe('{}');
      }),
    );
  });

  it('is nothing without parts, and a part itself if there is one', () => {
    expect(sumOf([], foldingLimits)).toBeUndefined();
    check(
      fc.property(arbitraryHour, (only) => {
        const start = windowStart('2025-12-28T00:00:00Z');
        expect(sumOf([only], foldingLimits)).toEqual({ ...served(only), windowStart: start });
      }),
    );
  });
});
