import type { Report } from '../api/load-report.ts';
import type { Amounts } from '../figures/amounts.ts';
import type { ChartContent, Series } from '../figures/chart-content.ts';
import { knownValue } from '../figures/spans.ts';
import { formatBytes, formatMilliseconds } from '../text/measures.ts';
import { chartFrame } from './chart-frame.ts';
import { comparisonLine } from './comparison-line.ts';
import { formatCount, formatShort } from '../text/format.ts';

type Measure = (amounts: Amounts) => number | undefined;

const bytesOf: Measure = ({ bytes }) => bytes;
const visitorsOf: Measure = ({ visitors }) => visitors;

/** Percentiles of durations, in the chart, the table and the CSV. */
export const percentiles = [
  { name: 'p50', look: 'p50', of: ({ duration }: Amounts) => duration?.p50Ms },
  { name: 'p95', look: 'p95', of: ({ duration }: Amounts) => duration?.p95Ms },
  { name: 'p99', look: 'p99', of: ({ duration }: Amounts) => duration?.p99Ms },
] as const satisfies readonly { name: string; look: string; of: Measure }[];

export function bytesChart(report: Report, now: number): ChartContent {
  return amountsChart(report, bytesOf, now, {
    label: `Bytes per ${report.unit}.${howToRead(report)}`,
    describeValue: formatBytes,
    formatValue: formatBytes,
    formatTick: formatBytes,
  });
}

export function visitorsChart(report: Report, now: number): ChartContent {
  return amountsChart(report, visitorsOf, now, {
    label: `Visitors per ${report.unit}, approximately.${howToRead(report)}`,
    describeValue: (visitors) => `About ${formatCount(visitors)} ${visitors === 1 ? 'visitor' : 'visitors'}`,
    formatValue: formatCount,
    formatTick: formatShort,
  });
}

export function durationChart(report: Report, now: number): ChartContent {
  return {
    ...chartFrame(report, now),
    stacked: [],
    lines: percentiles.map(({ name, look, of }) => ({ name, look, values: valuesOf(report, of, now) })),
    label: `Durations per ${report.unit}.${howToRead(report)}`,
    describe: (place) => (report.buckets[place]?.duration === undefined ? 'No duration known' : 'Duration'),
    formatValue: formatMilliseconds,
    formatTick: formatMilliseconds,
  };
}

interface Words extends Pick<ChartContent, 'label' | 'formatValue' | 'formatTick'> {
  readonly describeValue: (value: number) => string;
}

function amountsChart(
  report: Report,
  measure: Measure,
  now: number,
  { describeValue, ...words }: Words,
): ChartContent {
  const values = valuesOf(report, (amounts) => measure(amounts) ?? 0, now);
  return {
    ...chartFrame(report, now),
    ...words,
    stacked: [{ name: 'This period', look: 'amount', values }],
    lines: comparisonLine(report, measure),
    describe: (place) => {
      const value = values[place] ?? null;
      return value === null ? 'Not known yet' : describeValue(value);
    },
  };
}

function valuesOf({ buckets }: Report, measure: Measure, now: number): Series['values'] {
  return buckets.map((bucket) => knownValue(bucket, measure(bucket), now));
}

function howToRead({ unit }: Report): string {
  return ` Use the arrow keys to read it ${unit} by ${unit}, or read the table of all.`;
}
