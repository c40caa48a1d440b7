import type uPlot from 'uplot';
import { marksDuring, type ChartContent, type Mark } from '../figures/chart-content.ts';
import type { Range } from '../period/period.ts';
import { formatCount, formatRange, formatUnit } from '../text/format.ts';
import { create } from './elements.ts';

export interface CursorContext {
  readonly container: HTMLDivElement;
  /** Element that describes the span at the cursor; screen readers read it out. */
  readonly tip: HTMLOutputElement;
  /** Returns the chart; `undefined` while nothing is drawn. */
  readonly shown: () => { readonly plot: uPlot; readonly content: ChartContent } | undefined;
  /** Called when the user selects a part of the time; where it is absent, nothing can be selected. */
  readonly onZoom: ((part: Range) => void) | undefined;
}

/** The user's place in a chart and the part that they select, by mouse, finger or keyboard. */
export interface ChartCursor {
  /** The chart was drawn anew. */
  attach(): void;
  /** The chart has other numbers or another size. */
  update(): void;
}

/** Marks of one span that are described; the list of alerts has more of them. */
const mostMarksDescribed = 3;
/** A shorter way of the mouse or the finger is a click. */
const leastDragPixels = 6;

export function createChartCursor({ container, tip, shown, onZoom }: CursorContext): ChartCursor {
  const band = create('div', 'chart-band');
  let pointedAt: number | undefined;
  /** The span in which the selection starts. It is kept as time: the places change when time goes on. */
  let anchor: Range | undefined;
  let draggedFrom: number | undefined;

  const spanAt = (place: number | undefined) =>
    place === undefined ? undefined : shown()?.content.spans[place];
  const placeUnder = (clientX: number): number | undefined => {
    const chart = shown();
    if (chart === undefined) return undefined;
    const { left, width } = chart.plot.over.getBoundingClientRect();
    const instant = chart.plot.posToVal(Math.max(0, Math.min(clientX - left, width - 1)), 'x') * 1_000;
    const { spans } = chart.content;
    const place = spans.findIndex(({ from, to }) => from <= instant && instant < to);
    if (place !== -1) return place;
    // A partial span at an edge is drawn as wide as its unit.
    return instant < (spans[0]?.from ?? 0) ? 0 : spans.length - 1;
  };

  const selected = (): Range | undefined => {
    const head = spanAt(pointedAt);
    if (anchor === undefined || head === undefined) return undefined;
    return { from: Math.min(anchor.from, head.from), to: Math.max(anchor.to, head.to) };
  };

  const update = () => {
    const chart = shown();
    const span = spanAt(pointedAt);
    if (span === undefined) pointedAt = anchor = undefined;
    tip.hidden = band.hidden = span === undefined;
    if (span === undefined || chart === undefined || pointedAt === undefined) return;
    const { plot, content } = chart;
    const selection = selected();
    const { from, to } = selection ?? span;
    const [left, right] = [plot.valToPos(from / 1_000, 'x'), plot.valToPos(to / 1_000, 'x')];
    band.classList.toggle('selection', selection !== undefined);
    band.style.left = `${left}px`;
    band.style.width = `${Math.max(1, right - left)}px`;
    tip.replaceChildren(
      ...(selection === undefined ? describeSpan(content, pointedAt) : describeSelection(selection, content)),
    );
    // The tip stands beside the bar, on the side with more space.
    const isRight = left + right < plot.over.clientWidth;
    const beside = plot.over.offsetLeft + (isRight ? right + 8 : left - 8 - tip.offsetWidth);
    const rightmost = container.clientWidth - tip.offsetWidth;
    tip.style.translate = `${Math.round(Math.max(0, Math.min(beside, rightmost)))}px 0`;
  };

  const point = (place: number | undefined) => {
    pointedAt = place;
    update();
  };
  const cancel = () => {
    draggedFrom = anchor = undefined;
    update();
  };
  const zoom = (part: Range | undefined) => {
    cancel();
    point(undefined);
    if (part !== undefined) onZoom?.(part);
  };

  container.addEventListener('pointerdown', (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    anchor = undefined;
    point(placeUnder(event.clientX));
    if (onZoom === undefined) return;
    draggedFrom = event.clientX;
    container.setPointerCapture(event.pointerId);
  });
  container.addEventListener('pointermove', (event) => {
    if (!event.isPrimary || (event.pointerType !== 'mouse' && draggedFrom === undefined)) return;
    // A selection by keyboard stays until it is used or cancelled.
    if (draggedFrom === undefined && anchor !== undefined) return;
    if (draggedFrom !== undefined && Math.abs(event.clientX - draggedFrom) >= leastDragPixels)
      anchor ??= spanAt(placeUnder(draggedFrom));
    point(placeUnder(event.clientX));
  });
  container.addEventListener('pointerup', () => {
    const part = draggedFrom === undefined ? undefined : selected();
    draggedFrom = undefined;
    if (part !== undefined) zoom(part);
  });
  // The browser scrolls the page instead.
  container.addEventListener('pointercancel', cancel);
  container.addEventListener('pointerleave', ({ pointerType }) => {
    if (pointerType === 'mouse' && anchor === undefined) point(undefined);
  });

  container.addEventListener('keydown', (event) => {
    const last = (shown()?.content.spans.length ?? 0) - 1;
    const next = {
      ArrowLeft: (pointedAt ?? last + 1) - 1,
      ArrowRight: (pointedAt ?? -1) + 1,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === 'Escape') {
      if (anchor === undefined) point(undefined);
      else cancel();
    }
    if (event.key === 'Enter' && onZoom !== undefined && pointedAt !== undefined) {
      event.preventDefault();
      zoom(selected() ?? spanAt(pointedAt));
    }
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.shiftKey && onZoom !== undefined)
      anchor ??= spanAt(pointedAt ?? Math.max(0, Math.min(next, last)));
    else anchor = undefined;
    point(Math.max(0, Math.min(next, last)));
  });
  container.addEventListener('blur', () => {
    cancel();
    point(undefined);
  });

  return {
    attach() {
      shown()?.plot.over.append(band);
      update();
    },
    update,
  };
}

function describeSpan(content: ChartContent, place: number): (string | Node)[] {
  const { spans, unit, zone, stacked, lines, marks = [], describe, formatValue } = content;
  const span = spans[place];
  const series = [...(stacked.length > 1 ? stacked.toReversed() : []), ...lines];
  const rows = series.flatMap(({ name, values }) => {
    const value = values[place] ?? 0;
    return value === 0
      ? []
      : [create('span', 'chart-tip-row', `${name} `, create('b', '', formatValue(value)))];
  });
  return [
    create('strong', '', describe(place)),
    span === undefined ? '' : formatUnit(span.from, span.to, unit, zone),
    ...rows,
    ...(span === undefined ? [] : describeMarksOf(marksDuring(marks, span))),
  ];
}

function describeMarksOf(marks: readonly Mark[]): Node[] {
  const more = marks.length - mostMarksDescribed;
  const texts = marks.slice(0, mostMarksDescribed).map(({ text }) => text);
  if (more > 0) texts.push(`… and ${formatCount(more)} more alerts`);
  return texts.map((text) => create('span', 'chart-tip-mark', text));
}

function describeSelection({ from, to }: Range, { zone }: ChartContent): (string | Node)[] {
  return [create('strong', '', formatRange(from, to, zone)), 'Enter or let go to zoom in, Escape to cancel'];
}
