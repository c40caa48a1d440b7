import type { Total } from '../api/answers.ts';
import type { Report } from '../api/load-report.ts';

/** Identifies what the figures, tables and charts show; reports with equal content look the same. */
export function contentOf(report: Report): string {
  const { unit, buckets, comparison, alerts, isPending } = report;
  return JSON.stringify([
    listedContentOf(report),
    [unit, isPending],
    buckets.map(({ isComplete: _isComplete, ...counts }) => counts),
    alerts,
    comparison && [countsOf(comparison.total), comparison.buckets.map(({ requests }) => requests)],
  ]);
}

/** Identifies what the lists show; failed paths have no counts that the others do not depend on. */
export function listedContentOf({ customer, range, total }: Report): string {
  return JSON.stringify([customer, range, countsOf(total)]);
}

function countsOf({
  progress: _progress,
  rejections: _rejections,
  topErrorPaths: _topErrorPaths,
  ...counts
}: Total): unknown {
  return counts;
}
