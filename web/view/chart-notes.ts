import type { Report } from '../api/load-report.ts';
import type { ChartContent } from '../figures/chart-content.ts';
import { describeIncomplete } from '../text/incomplete.ts';
import { element, setText } from './elements.ts';

/** Explains the marks of the chart: the strip of what is not complete yet, and what is hatched. */
export function showChartNotes(
  { incomplete, unknown }: ChartContent,
  { total, zone }: Report,
  now: number,
): void {
  const through = total.progress?.countedThrough ?? undefined;
  const isMarked = incomplete !== undefined && through !== undefined;
  element('strip-note', HTMLParagraphElement).hidden = !isMarked;
  setText('strip-text', isMarked ? describeIncomplete(incomplete, through, now, zone) : '');
  element('chart-note', HTMLParagraphElement).hidden = unknown.length === 0;
}
