import type { ChartContent, Look } from '../figures/chart-content.ts';
import { drawAlertKey } from './alert-marks.ts';
import { create } from './elements.ts';
import { colourOf, dashOf, fillOf } from './looks.ts';

const width = 24;
const height = 12;

/** Explains the colours, patterns and lines of a chart; empty if there is only one series. */
export function showLegend(list: HTMLElement, { stacked, lines, marks = [] }: ChartContent): void {
  const areas = stacked.map(({ name, look }) => create('li', '', swatch(look, 'area', list), name));
  const drawn = lines.map(({ name, look }) => create('li', '', swatch(look, 'line', list), name));
  const marked =
    marks.length === 0 ? [] : [create('li', '', alertSwatch(list), 'Alert, for as long as it lasted')];
  list.hidden = areas.length + drawn.length + marked.length < 2;
  list.replaceChildren(...areas, ...drawn, ...marked);
}

function alertSwatch(within: HTMLElement): HTMLCanvasElement {
  const { canvas, context } = createSwatch();
  if (context === null) return canvas;
  context.scale(devicePixelRatio, devicePixelRatio);
  drawAlertKey(context, getComputedStyle(within).getPropertyValue('--ink-line'), width);
  return canvas;
}

function swatch(look: Look, kind: 'area' | 'line', within: HTMLElement): HTMLCanvasElement {
  const { canvas, context } = createSwatch();
  if (context === null) return canvas;
  const style = getComputedStyle(within);
  if (kind === 'area') {
    context.fillStyle = fillOf(look, style, context);
    context.fillRect(0, 0, canvas.width, canvas.height);
    return canvas;
  }
  context.scale(devicePixelRatio, devicePixelRatio);
  context.strokeStyle = colourOf(look, style);
  context.lineWidth = 2;
  context.setLineDash(dashOf(look));
  context.moveTo(0, height / 2);
  context.lineTo(width, height / 2);
  context.stroke();
  return canvas;
}

function createSwatch() {
  const canvas = create('canvas', 'swatch');
  canvas.ariaHidden = 'true';
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  return { canvas, context: canvas.getContext('2d') };
}
