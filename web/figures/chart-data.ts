import { endOfUnit, startOfUnit, type Range } from '../period/period.ts';
import type { ChartContent, Series } from './chart-content.ts';

type Values = (number | null)[];

/** Starts of the spans in seconds, and after the last one its end; then the values of each series. */
export type ChartData = [starts: number[], ...series: Values[]];

/** Above this number of spans, a chart has outlines in place of bars. */
const mostBars = 100;

export function hasBars({ spans }: Pick<ChartContent, 'spans'>): boolean {
  return spans.length <= mostBars;
}

/**
 * Returns what to draw, in this order: the highest stacked series first, because each is drawn over those above it; then
 * the lines. A stacked series reaches from the bottom to the sum of its values and those below it.
 */
export function chartData(content: ChartContent): ChartData {
  const { spans, stacked, lines } = content;
  const isBars = hasBars(content);
  const last = spans.at(-1);
  const { from, to } = drawnRange(content);
  const starts = spans.map((span) =>
    isBars ? startOfUnit(span.from, content.unit, content.zone) : span.from,
  );
  if (last !== undefined) starts.push(isBars ? Math.max(to, from) : last.to);
  // A bar is as wide as its unit; a step needs a value where it ends.
  const withEnd = (values: readonly (number | null)[], isStep: boolean): Values => [
    ...values,
    ...(last === undefined ? [] : [isStep ? (values.at(-1) ?? null) : null]),
  ];
  return [
    starts.map((start) => start / 1_000),
    ...heights(stacked)
      .map((values) => withEnd(values, !isBars))
      .toReversed(),
    ...lines.map(({ values }) => withEnd(values, true)),
  ];
}

/** Returns the time range of the chart's axis: whole units if the chart has bars. */
export function drawnRange(content: Pick<ChartContent, 'range' | 'spans' | 'unit' | 'zone'>): Range {
  const { range, unit, zone } = content;
  if (!hasBars(content)) return range;
  return { from: startOfUnit(range.from, unit, zone), to: endOfUnit(range.to, unit, zone) };
}

/** Returns the upper end of each stacked series; `null` where nothing is known of it and of those below it. */
function heights(stacked: readonly Series[]): Values[] {
  let below: Values = [];
  return stacked.map(({ values }) => {
    below = values.map((value, place) => {
      const reached = below[place] ?? null;
      return value === null ? reached : value + (reached ?? 0);
    });
    return below;
  });
}
