import type uPlot from 'uplot';
import type { Range } from '../period/period.ts';

/** Sizes in pixels of the style sheet. */
const [lineHeight, markWidth, markHeight] = [3, 9, 9];

/** Marks times at the upper edge of a chart: a triangle where each begins, and a line for as long as it lasts. */
export function drawAlertMarks(plot: uPlot, marks: readonly Range[], style: CSSStyleDeclaration): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const placeOf = (instant: number) =>
    Math.min(Math.max(plot.valToPos(instant / 1_000, 'x', true), bbox.left), bbox.left + bbox.width);
  ctx.save();
  ctx.fillStyle = style.getPropertyValue('--ink-line');
  for (const { from, to } of marks) {
    const [left, right] = [placeOf(from), placeOf(to)];
    ctx.fillRect(left, bbox.top, Math.max(right - left, scale), lineHeight * scale);
  }
  // Above the lines of others, so that each beginning is seen.
  for (const { from } of marks) drawTriangle(ctx, placeOf(from), bbox.top, scale);
  ctx.restore();
}

/** Draws the key of the marks. */
export function drawAlertKey(context: CanvasRenderingContext2D, colour: string, width: number): void {
  context.fillStyle = colour;
  context.fillRect(markWidth / 2, 0, width - markWidth / 2, lineHeight);
  drawTriangle(context, markWidth / 2, 0, 1);
}

function drawTriangle(context: CanvasRenderingContext2D, x: number, top: number, scale: number): void {
  context.beginPath();
  context.moveTo(x - (markWidth / 2) * scale, top);
  context.lineTo(x + (markWidth / 2) * scale, top);
  context.lineTo(x, top + markHeight * scale);
  context.closePath();
  context.fill();
}
