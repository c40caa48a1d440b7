import uPlot from 'uplot';
import type { ChartContent } from '../figures/chart-content.ts';
import { chartData, hasBars } from '../figures/chart-data.ts';
import type { Range } from '../period/period.ts';
import { chartOptions } from './chart-options.ts';
import { createChartCursor } from './chart-cursor.ts';
import { create } from './elements.ts';

/** A chart of amounts over time. The table beside it gives the same data to those who cannot see the chart. */
export interface Chart {
  show(content: ChartContent): void;
  /** Redraws the chart in the current colours of the page. */
  redraw(): void;
}

/**
 * Creates a chart in an element, which has the size of the chart.
 * @param onZoom  called when the user selects a part of the time
 */
export function createChart(container: HTMLDivElement, onZoom?: (part: Range) => void): Chart {
  const tip = create('output', 'chart-tip');
  tip.id = `${container.id}-tip`;
  tip.hidden = true;
  container.append(tip);
  let plot: uPlot | undefined;
  let content: ChartContent | undefined;

  const printing = matchMedia('print');
  /** The size on the screen; on paper, the picture of this size is shrunk. */
  let size = { width: 0, height: 0 };
  const measure = () => {
    if (!printing.matches) size = { width: container.clientWidth, height: container.clientHeight };
  };
  const cursor = createChartCursor({
    container,
    tip,
    shown: () => (plot === undefined || content === undefined ? undefined : { plot, content }),
    onZoom,
  });

  const redraw = () => {
    plot?.destroy();
    plot = undefined;
    measure();
    if (content === undefined || size.width === 0) return;
    const first = content;
    plot = new uPlot(
      { ...chartOptions(() => content ?? first, container), ...size },
      chartData(content),
      container,
    );
    cursor.attach();
  };

  new ResizeObserver(() => {
    if (printing.matches) return;
    measure();
    if (plot === undefined) redraw();
    else plot.setSize(size);
    cursor.update();
  }).observe(container);

  return {
    show(newContent) {
      const isOfSameKind = content !== undefined && kindOf(content) === kindOf(newContent);
      content = newContent;
      container.setAttribute('aria-label', content.label);
      container.setAttribute('aria-roledescription', hasBars(content) ? 'bar chart' : 'chart');
      if (plot === undefined || !isOfSameKind) redraw();
      else plot.setData(chartData(content));
      cursor.update();
    },
    redraw,
  };
}

/** Identifies charts that differ only in their numbers. */
function kindOf({ unit, spans, zone, range, stacked, lines }: ChartContent): string {
  const looks = [...stacked, ...lines].map(({ look }) => look).join(' ');
  return `${unit} ${spans.length} ${zone} ${range.to} ${range.from} ${stacked.length} ${looks}`;
}
