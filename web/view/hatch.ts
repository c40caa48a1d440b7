import type uPlot from 'uplot';
import type { Range } from '../period/period.ts';

const spacing = 7;

/** Hatches spans of time over the whole height of a chart, to show that their counts are not known yet. */
export function hatch(plot: uPlot, stretches: readonly Range[], colour: string): void {
  const { ctx, bbox } = plot;
  const step = spacing * devicePixelRatio;
  for (const { from, to } of stretches) {
    const left = Math.max(bbox.left, plot.valToPos(from / 1_000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to / 1_000, 'x', true));
    if (right <= left) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.globalAlpha = 0.6;
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    // All lines start from a common origin, so that those of neighbours meet.
    const first = Math.floor((left - bbox.height) / step) * step;
    for (let x = first; x < right; x += step) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
}
