import uPlot from 'uplot';
import type { Report } from '../api/load-report.ts';
import { barData, drawnRange, outlineData, pendingStretches, type ChartData } from '../figures/chart-data.ts';
import type { Range } from '../period/period.ts';
import { summarise } from '../text/describe.ts';
import { describeRequests } from '../text/counting.ts';
import { formatClock, formatDay, formatShort, formatUnit } from '../text/format.ts';
import { create, element } from './elements.ts';
import { hatch } from './hatch.ts';

/** The chart of requests over time. The table beside it gives the same data to those who cannot see the chart. */
export interface Chart {
  show(report: Report, now: number): void;
  /** Redraws the chart in the current colours of the page. */
  redraw(): void;
}

/** Above this number of bars, the chart draws one outline. */
const mostBars = 100;

export function createChart(): Chart {
  const container = element('chart', HTMLDivElement);
  const tip = element('chart-tip', HTMLOutputElement);
  const band = create('div', 'chart-band');
  let plot: uPlot | undefined;
  let report: Report | undefined;
  let data: ChartData | undefined;
  let pointedAt: number | undefined;

  const size = () => ({ width: container.clientWidth, height: container.clientHeight });

  const redraw = () => {
    plot?.destroy();
    plot = undefined;
    if (report === undefined || data === undefined || container.clientWidth === 0) return;
    const stretches = () => pendingStretches(report?.buckets ?? []);
    plot = new uPlot({ ...optionsFor(report, container, stretches), ...size() }, data, container);
    plot.over.append(band);
    plot.over.addEventListener('mouseleave', () => point(undefined));
    plot.over.addEventListener('mousemove', ({ offsetX }) => point(bucketAt(offsetX)));
    point(pointedAt);
  };

  const bucketAt = (left: number): number | undefined => {
    const instant = (plot?.posToVal(left, 'x') ?? 0) * 1_000;
    const index = report?.buckets.findIndex(({ from, to }) => from <= instant && instant < to) ?? -1;
    return index === -1 ? undefined : index;
  };

  /** Describes one bar, the one under the mouse or selected by the keyboard. */
  const point = (index: number | undefined) => {
    const bucket = index === undefined ? undefined : report?.buckets[index];
    pointedAt = bucket === undefined ? undefined : index;
    tip.hidden = band.hidden = bucket === undefined;
    if (bucket === undefined || plot === undefined || report === undefined) return;
    const { from, to } = bucket;
    const [left, right] = [plot.valToPos(from / 1_000, 'x'), plot.valToPos(to / 1_000, 'x')];
    band.style.left = `${left}px`;
    band.style.width = `${Math.max(1, right - left)}px`;
    tip.replaceChildren(
      create('b', '', describeRequests(bucket)),
      formatUnit(from, to, report.unit, report.zone),
    );
    // The tip stands beside the bar, on the side with more space.
    const isRight = left + right < plot.over.clientWidth;
    const beside = plot.over.offsetLeft + (isRight ? right + 8 : left - 8 - tip.offsetWidth);
    const rightmost = container.clientWidth - tip.offsetWidth;
    tip.style.translate = `${Math.round(Math.max(0, Math.min(beside, rightmost)))}px 0`;
  };

  container.addEventListener('keydown', (event) => {
    const last = (report?.buckets.length ?? 0) - 1;
    const next = {
      ArrowLeft: (pointedAt ?? last + 1) - 1,
      ArrowRight: (pointedAt ?? -1) + 1,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === 'Escape') point(undefined);
    if (next === undefined) return;
    event.preventDefault();
    point(Math.max(0, Math.min(next, last)));
  });
  container.addEventListener('blur', () => point(undefined));
  new ResizeObserver(() => {
    if (plot === undefined) redraw();
    else plot.setSize(size());
    point(pointedAt);
  }).observe(container);

  return {
    show(newReport, now) {
      const isOfSameKind = report !== undefined && kindOf(report) === kindOf(newReport);
      report = newReport;
      data = isBars(report) ? barData(report.buckets, now, report) : outlineData(report.buckets, now);
      element('chart-note', HTMLParagraphElement).hidden = pendingStretches(report.buckets).length === 0;
      container.setAttribute(
        'aria-label',
        `${summarise(report)} Use the arrow keys to read it ${report.unit} by ${report.unit}.`,
      );
      if (plot === undefined || !isOfSameKind) redraw();
      else plot.setData(data);
      point(pointedAt);
    },
    redraw,
  };
}

/** Identifies charts that differ only in their numbers. */
function kindOf({ unit, buckets, zone, range }: Report): string {
  return `${unit} ${buckets.length} ${zone} ${range.to - range.from} ${range.from}`;
}

function isBars({ buckets }: Report): boolean {
  return buckets.length <= mostBars;
}

function optionsFor(
  report: Report,
  container: HTMLElement,
  stretches: () => readonly Range[],
): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(container);
  const colour = (name: string) => style.getPropertyValue(name);
  const { buckets, zone } = report;
  const asBars = isBars(report);
  const range = drawnRange(report.range, asBars, report);
  const gap = container.clientWidth / buckets.length < 24 ? 2 : 5;
  const paths = asBars
    ? uPlot.paths.bars?.({ align: 1, size: [1, Infinity], gap, radius: [0.12, 0] })
    : uPlot.paths.stepped?.({ align: 1 });
  const series = (stroke: string, fill: string): uPlot.Series => ({
    stroke,
    fill,
    width: asBars ? 0 : 1.5,
    points: { show: false },
    ...(paths === undefined ? {} : { paths }),
  });
  const axis = {
    stroke: colour('--muted'),
    font: `12px ${style.fontFamily}`,
    ticks: { show: false },
  };
  return {
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), zone),
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 0, 0, 0],
    hooks: { drawAxes: [(drawn) => hatch(drawn, stretches(), colour('--hatch'))] },
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
            seconds * 1_000 < range.to ? formatTick(seconds * 1_000, incr, zone) : null,
          ),
      },
      {
        ...axis,
        grid: { stroke: colour('--hairline'), width: 1 },
        space: 46,
        size: 52,
        incrs: wholeIncrements,
        values: (_plot, splits) => splits.map((count) => formatShort(count)),
      },
    ],
    series: [
      {},
      series(colour('--bar'), asBars ? colour('--bar') : colour('--area')),
      series(colour('--bar-running'), asBars ? colour('--bar-running') : colour('--area')),
    ],
  };
}

/** Requests are whole numbers. */
const wholeIncrements = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

function formatTick(instant: number, incrementSeconds: number, zone: string): string {
  if (incrementSeconds >= 86_400) return formatDay(instant, zone);
  const clock = formatClock(instant, zone);
  return clock === '00:00' ? formatDay(instant, zone) : clock;
}
