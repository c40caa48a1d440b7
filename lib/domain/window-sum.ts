import { dimensions, emptyCounts, mapDimensions, type Counts } from './dimensions.ts';
import { folding, keepLargest, otherKey, type FoldingLimits } from './folding.ts';
import {
  addMeasures,
  emptyMeasures,
  measuresUnlessEmpty,
  type GrowingMeasures,
  type Measures,
} from './measures.ts';
import { saturatedSum } from './sums.ts';
import type { WindowCounts } from './window-aggregate.ts';

/** The sum of windows. */
export interface WindowSum {
  readonly requests: number;
  readonly lateRequests: number;
  readonly counts: Counts;
  readonly measures?: Measures | undefined;
}

/** A sum in progress; it has every key that was added. */
export interface GrowingSum {
  requests: number;
  lateRequests: number;
  readonly counts: Counts;
  readonly measures: GrowingMeasures;
}

export function emptySum(): GrowingSum {
  return { requests: 0, lateRequests: 0, counts: emptyCounts(), measures: emptyMeasures() };
}

/** Adds a window to the sum, in place, so that only one window at a time is kept beside it. */
export function addToSum(
  sum: GrowingSum,
  { requests, lateRequests, counts, measures }: WindowSum | WindowCounts,
): void {
  sum.requests = saturatedSum(sum.requests, requests);
  sum.lateRequests = saturatedSum(sum.lateRequests, lateRequests);
  addMeasures(sum.measures, measures);
  for (const { field } of dimensions) {
    const requestsByKey = sum.counts[field];
    for (const [key, count] of counts[field]) {
      requestsByKey.set(key, saturatedSum(requestsByKey.get(key) ?? 0, count));
    }
  }
}

/**
 * Folds the sum to as many of its largest keys as a window keeps, and the rest under `(other)`. Since they are chosen
 * by count and name after everything was added, the order of adding does not matter.
 */
export function foldSum({ counts, measures, ...totals }: WindowSum, limits: FoldingLimits): WindowSum {
  const folded = mapDimensions((field) => {
    const requestsByKey = new Map<string, number>();
    folding(requestsByKey, limits, saturatedSum)(keepLargest(counts[field], limits.maxKeysPerDimension));
    return requestsByKey;
  });
  const { requestsByPath } = folded;
  const sums = emptyMeasures();
  addMeasures(sums, measures, (path) => (requestsByPath.has(path) ? path : otherKey));
  const foldedMeasures = measuresUnlessEmpty(sums);
  return { ...totals, counts: folded, ...(foldedMeasures && { measures: foldedMeasures }) };
}
