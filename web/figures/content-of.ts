import type { Report } from '../api/load-report.ts';

/** Identifies what the figures, tables and charts show; reports with equal content look the same. */
export function contentOf(report: Report): string {
  const { customer, unit, range, total, previous, buckets, previousBuckets, isPending } = report;
  const countsOf = ({ progress: _progress, rejections: _rejections, ...counts }: Report['total']) => counts;
  return JSON.stringify([
    [customer, unit, range, isPending],
    countsOf(total),
    countsOf(previous),
    buckets.map(({ isComplete: _isComplete, ...counts }) => counts),
    previousBuckets.map(({ requests }) => requests),
  ]);
}
