import uPlot from 'uplot';
import { drawnRange, hasBars } from '../figures/chart-data.ts';
import type { ChartContent, Series } from '../figures/chart-content.ts';
import { formatClock, formatDay } from '../text/format.ts';
import { drawAlertMarks } from './alert-marks.ts';
import { hatch } from './hatch.ts';
import { colourOf, dashOf, fillOf } from './looks.ts';
import { drawStrip } from './strip.ts';

/**
 * Returns what the charting library has to know of a chart.
 * @param content  returns the current content; only its numbers may differ from those of the first call
 */
export function chartOptions(
  content: () => ChartContent,
  container: HTMLElement,
): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(container);
  const colour = (name: string) => style.getPropertyValue(name);
  const { zone, stacked, lines, formatTick } = content();
  const range = drawnRange(content());
  const axis = { stroke: colour('--muted'), font: `12px ${style.fontFamily}`, ticks: { show: false } };
  const kinds = kindsOf(content(), container, style);
  return {
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), zone),
    legend: { show: false },
    cursor: { show: false },
    padding: [10, 0, 0, 0],
    hooks: {
      drawAxes: [(drawn) => hatch(drawn, content().unknown, colour('--hatch'))],
      draw: [
        (drawn) => drawStrip(drawn, content().incomplete, style),
        (drawn) => drawAlertMarks(drawn, content().marks ?? [], style),
      ],
    },
    scales: {
      x: { time: true, range: () => [range.from / 1_000, range.to / 1_000] },
      y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.06 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 76,
        size: 32,
        values: (_plot, splits, _axis, _space, incr) =>
          // A label at the very end would not fit.
          splits.map((seconds) =>
            seconds * 1_000 < range.to ? nameInstant(seconds * 1_000, incr, zone) : null,
          ),
      },
      {
        ...axis,
        grid: { stroke: colour('--hairline'), width: 1 },
        space: 46,
        size: 56,
        incrs: wholeIncrements,
        values: (_plot, splits) => splits.map((value) => formatTick(value)),
      },
    ],
    series: [{}, ...stacked.toReversed().map(kinds.area), ...lines.map(kinds.line)],
  };
}

function kindsOf(content: ChartContent, container: HTMLElement, style: CSSStyleDeclaration) {
  const isBars = hasBars(content);
  const gap = container.clientWidth / content.spans.length < 24 ? 2 : 5;
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const radius = content.stacked.length === 1 ? 0.12 : 0;
  const bars = uPlot.paths.bars?.({ align: 1, size: [1, Infinity], gap, radius: [radius, 0] });
  const paths = isBars ? bars : stepped;
  return {
    area: ({ look }: Series): uPlot.Series => ({
      stroke: colourOf(look, style),
      fill: ({ ctx }) => fillOf(look, style, ctx),
      width: isBars ? 0 : 1,
      points: { show: false },
      ...(paths === undefined ? {} : { paths }),
    }),
    line: ({ look }: Series): uPlot.Series => ({
      stroke: colourOf(look, style),
      width: 1.75,
      dash: dashOf(look),
      points: { show: false },
      ...(stepped === undefined ? {} : { paths: stepped }),
    }),
  };
}

/** All amounts are whole numbers. */
const wholeIncrements = Array.from({ length: 16 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

function nameInstant(instant: number, incrementSeconds: number, zone: string): string {
  if (incrementSeconds >= 86_400) return formatDay(instant, zone);
  const clock = formatClock(instant, zone);
  return clock === '00:00' ? formatDay(instant, zone) : clock;
}
