import { dimensions, emptyCounts, mapDimensions, type Counts } from './dimensions.ts';
import { folding, keepLargest, type FoldingLimits } from './folding.ts';
import { saturatedSum } from './sums.ts';
import type { WindowCounts } from './window-aggregate.ts';

/** What windows add up to. */
export interface WindowSum {
  readonly requests: number;
  readonly lateRequests: number;
  readonly counts: Counts;
}

/** The same while it grows; it has every key of what was added. */
export interface GrowingSum {
  requests: number;
  lateRequests: number;
  readonly counts: Counts;
}

export function emptySum(): GrowingSum {
  return { requests: 0, lateRequests: 0, counts: emptyCounts() };
}

/** Adds a window to the sum, in place: so there is never more than one window to be kept beside it. */
export function addToSum(
  sum: GrowingSum,
  { requests, lateRequests, counts }: WindowSum | WindowCounts,
): void {
  sum.requests = saturatedSum(sum.requests, requests);
  sum.lateRequests = saturatedSum(sum.lateRequests, lateRequests);
  for (const { field } of dimensions) {
    const requestsByKey = sum.counts[field];
    for (const [key, count] of counts[field]) {
      requestsByKey.set(key, saturatedSum(requestsByKey.get(key) ?? 0, count));
    }
  }
}

/**
 * The sum with as many of its largest keys as a window keeps, and the rest under `(other)`. Chosen by count and name
 * when all is added, they are the same in whatever order it was.
 */
export function foldSum({ counts, ...totals }: WindowSum, limits: FoldingLimits): WindowSum {
  const folded = mapDimensions((field) => {
    const requestsByKey = new Map<string, number>();
    folding(requestsByKey, limits, saturatedSum)(keepLargest(counts[field], limits.maxKeysPerDimension));
    return requestsByKey;
  });
  return { ...totals, counts: folded };
}
