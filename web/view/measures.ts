import type { Report } from '../api/load-report.ts';
import { bytesChart, durationChart, visitorsChart } from '../charts/measure-charts.ts';
import type { Amounts } from '../figures/amounts.ts';
import type { ChartContent } from '../figures/chart-content.ts';
import type { Range } from '../period/period.ts';
import { formatBytes, formatMilliseconds } from '../text/measures.ts';
import { describeMissingFacts } from '../text/missing-facts.ts';
import { comparisonName } from '../text/comparison.ts';
import { formatCount } from '../text/format.ts';
import { createChart, type Chart } from './chart.ts';
import { element, setText } from './elements.ts';
import { showLegend } from './legend.ts';

/** Durations, bytes and visitors, each with a figure and a chart; those that no entry had are absent. */
export interface Measures {
  show(report: Report, now: number): void;
  redraw(): void;
}

interface Measure {
  /** Start of the ids of its elements. */
  readonly id: 'duration' | 'bytes' | 'visitors';
  readonly figureOf: (amounts: Amounts) => string | undefined;
  readonly noteOf: (amounts: Amounts) => string;
  readonly contentOf: (report: Report, now: number) => ChartContent;
}

const measures: readonly Measure[] = [
  {
    id: 'duration',
    figureOf: ({ duration }) => duration && formatMilliseconds(duration.p50Ms),
    noteOf: ({ duration }) =>
      duration === undefined
        ? ''
        : `median (p50); p95 ${formatMilliseconds(duration.p95Ms)}, p99 ${formatMilliseconds(duration.p99Ms)}`,
    contentOf: durationChart,
  },
  {
    id: 'bytes',
    figureOf: ({ bytes }) => (bytes === undefined ? undefined : formatBytes(bytes)),
    noteOf: () => 'sent',
    contentOf: bytesChart,
  },
  {
    id: 'visitors',
    figureOf: ({ visitors }) => (visitors === undefined ? undefined : `≈ ${formatCount(visitors)}`),
    noteOf: () =>
      'daily visitors: who comes on several days counts on each of them; approximate, within about 2 %',
    contentOf: visitorsChart,
  },
];

export function createMeasures(onZoom: (part: Range) => void): Measures {
  let redrawShown: () => void = () => undefined;
  const charts = new Map<string, Chart>();
  for (const { id } of measures) charts.set(id, createChart(element(`${id}-chart`, HTMLDivElement), onZoom));

  return {
    show(report, now) {
      const missing = describeMissingFacts(report.total);
      element('measures-note', HTMLParagraphElement).hidden = missing === '';
      setText('measures-note', missing);
      const showCharts = () => {
        for (const { id, contentOf } of measures) {
          const content = contentOf(report, now);
          // A day of a zone is the sum of hours, where the pipeline has no such days, and percentiles have no sum.
          const isKnown = [...content.stacked, ...content.lines].some(({ values }) => values.some(Boolean));
          element(`${id}-chart`, HTMLDivElement).hidden = !isKnown;
          showLegend(element(`${id}-legend`, HTMLUListElement), content);
          charts.get(id)?.show(content);
        }
      };
      for (const { id, figureOf, noteOf } of measures) {
        const figure = figureOf(report.total);
        const { comparison } = report;
        // The note keeps its length while the comparison is loading.
        const before = comparison === undefined ? '…' : figureOf(comparison.total);
        element(`${id}-card`, HTMLElement).hidden = figure === undefined;
        setText(id, figure ?? '');
        const was =
          before === undefined || report.isPending
            ? ''
            : `; was ${before} ${comparisonName(report.weeksBack)}`;
        setText(`${id}-note`, `${noteOf(report.total)}${was}`);
      }
      showCharts();
      redrawShown = showCharts;
    },
    redraw() {
      for (const chart of charts.values()) chart.redraw();
      redrawShown();
    },
  };
}
