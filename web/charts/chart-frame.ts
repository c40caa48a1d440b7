import type { Report } from '../api/load-report.ts';
import type { ChartContent } from '../figures/chart-content.ts';
import { incompletePart } from '../figures/incomplete.ts';
import { pendingStretches } from '../figures/spans.ts';

/** Returns what all charts of a report have in common: its time, and the parts of it that are not known or complete yet. */
export function chartFrame(
  { unit, zone, range, buckets, total }: Report,
  now: number,
): Pick<ChartContent, 'unit' | 'zone' | 'range' | 'spans' | 'unknown' | 'incomplete'> {
  return {
    unit,
    zone,
    range,
    spans: buckets,
    unknown: pendingStretches(buckets),
    incomplete: incompletePart(buckets, total.progress, now),
  };
}
