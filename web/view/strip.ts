import type uPlot from 'uplot';
import type { Range } from '../period/period.ts';

/** Height of the strip in pixels of the style sheet. */
const stripHeight = 6;

/** Marks a part of the time: a strip at the upper edge of a chart, and a tint below it. */
export function drawStrip(plot: uPlot, part: Range | undefined, style: CSSStyleDeclaration): void {
  if (part === undefined) return;
  const { ctx, bbox } = plot;
  const left = Math.max(bbox.left, plot.valToPos(part.from / 1_000, 'x', true));
  const right = Math.min(bbox.left + bbox.width, plot.valToPos(part.to / 1_000, 'x', true));
  if (right <= left) return;
  const height = stripHeight * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = style.getPropertyValue('--strip');
  ctx.globalAlpha = 0.14;
  ctx.fillRect(left, bbox.top, right - left, bbox.height);
  ctx.globalAlpha = 1;
  ctx.beginPath();
  ctx.rect(left, bbox.top - height, right - left, height);
  ctx.clip();
  ctx.fillRect(left, bbox.top - height, right - left, height);
  ctx.strokeStyle = style.getPropertyValue('--marks');
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  for (let x = left - height; x < right; x += height) {
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x + height, bbox.top - height);
  }
  ctx.stroke();
  ctx.restore();
}
