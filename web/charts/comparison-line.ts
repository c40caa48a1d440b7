import type { Report } from '../api/load-report.ts';
import type { Amounts } from '../figures/amounts.ts';
import type { Series } from '../figures/chart-content.ts';
import { comparisonName } from '../text/comparison.ts';
import { capitalise } from '../text/format.ts';

/**
 * Returns the line of the time to compare with; none if there was nothing then. While it is loading, it has no values: it has its
 * place in the legend, so that nothing moves when it comes.
 */
export function comparisonLine(
  { buckets, comparison, weeksBack }: Report,
  measure: (amounts: Amounts) => number | undefined,
): readonly Series[] {
  const name = capitalise(comparisonName(weeksBack));
  if (comparison === undefined) return [{ name, look: 'before', values: buckets.map(() => null) }];
  if (comparison.buckets.every((bucket) => (measure(bucket) ?? 0) === 0)) return [];
  // When clocks are put back, two hours of today are compared with one.
  const values = comparison.buckets.map((bucket) =>
    bucket.from === bucket.to ? null : (measure(bucket) ?? 0),
  );
  return [{ name, look: 'before', values }];
}
