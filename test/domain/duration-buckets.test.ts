import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBuckets, bucketOf, percentilesOf, requestsIn } from '../../lib/domain/duration-buckets.ts';
import { maxDurationMs } from '../../lib/domain/entry-facts.ts';

const duration = fc.oneof(fc.nat(50), fc.nat(30_000), fc.nat(maxDurationMs));

function bucketsOf(durations: readonly number[]): Map<number, number> {
  const buckets = new Map<number, number>();
  for (const each of durations) addBuckets(buckets, new Map([[bucketOf(each), 1]]));
  return buckets;
}

describe('the buckets of durations', () => {
  it('give every percentile with an error of at most 2 %', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 200 }), (durations) => {
        const inOrder = durations.toSorted((a, b) => a - b);
        const shares = [0.01, 0.5, 0.95, 0.99, 1];
        const found = percentilesOf(bucketsOf(durations), shares);
        for (const [place, share] of shares.entries()) {
          const exact = inOrder[Math.ceil(share * durations.length) - 1] ?? Number.NaN;
          expect(Math.abs((found[place] ?? Number.NaN) - exact)).toBeLessThanOrEqual(0.02 * exact);
        }
      }),
    );
  });

  it('have every duration of an hour within 2 % of its middle, and short ones exactly', () => {
    const wrong: number[] = [];
    for (let each = 0; each <= 3_600_000; each += each < 100_000 ? 1 : 97) {
      const [middle = Number.NaN] = percentilesOf(new Map([[bucketOf(each), 1]]), [0.5]);
      if (Math.abs(middle - each) > (each < 26 ? 0 : 0.02 * each)) wrong.push(each);
    }
    expect(wrong).toEqual([]);
  });

  it('are merged by adding them, in any order', () => {
    fc.assert(
      fc.property(fc.array(duration), fc.array(duration), (some, others) => {
        const sum = bucketsOf(others);
        addBuckets(sum, bucketsOf(some));
        const all = bucketsOf([...some, ...others]);
        expect(sum).toEqual(all);
        expect(requestsIn(sum)).toBe(some.length + others.length);
      }),
    );
  });
});
