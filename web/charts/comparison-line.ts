import type { Report } from '../api/load-report.ts';
import type { Amounts } from '../figures/amounts.ts';
import type { Series } from '../figures/chart-content.ts';
import { comparisonName } from '../text/comparison.ts';
import { capitalise } from '../text/format.ts';

/** Returns the line of the time to compare with; none if there was nothing then. */
export function comparisonLine(
  { previousBuckets, weeksBack }: Report,
  measure: (amounts: Amounts) => number | undefined,
): readonly Series[] {
  if (previousBuckets.every((bucket) => (measure(bucket) ?? 0) === 0)) return [];
  // When clocks are put back, two hours of today are compared with one.
  const values = previousBuckets.map((bucket) => (bucket.from === bucket.to ? null : (measure(bucket) ?? 0)));
  return [{ name: capitalise(comparisonName(weeksBack)), look: 'before', values }];
}
