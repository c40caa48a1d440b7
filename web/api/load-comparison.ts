import type { Bucket } from '../figures/series.ts';
import { comparedRange, weeksBack, weeksBefore } from '../period/comparison.ts';
import type { Range, Unit } from '../period/period.ts';
import type { Total } from './answers.ts';
import { readAmounts, readBuckets, type Read } from './read-buckets.ts';

/** The time that a report is compared with. */
export interface Comparison {
  /** Total of that time; for a range that is still running, of as much of it as has passed. */
  readonly total: Total;
  /** One for each bucket of the report; none if there were no requests then. */
  readonly buckets: readonly Bucket[];
}

export interface ComparedReport {
  readonly range: Range;
  /** Instants between which the report has its buckets. */
  readonly edges: readonly number[];
  readonly unit: Unit;
  readonly zone: string;
  readonly now: number;
}

/** Loads the time that a report is compared with. */
export async function loadComparison(
  { range, edges, unit, zone, now }: ComparedReport,
  read: Read,
): Promise<Comparison> {
  const weeks = weeksBack(range);
  const edgesBefore = edges.map((edge) => weeksBefore(edge, weeks, zone));
  const [total, buckets] = await Promise.all([
    readAmounts(comparedRange(range, now, zone), read),
    readBuckets(edgesBefore, unit, zone, read),
  ]);
  // A total can be empty because the time that it is of has only begun.
  const hasNothing = total.requests === 0 && range.to <= now;
  return { total, buckets: hasNothing ? [] : buckets };
}
