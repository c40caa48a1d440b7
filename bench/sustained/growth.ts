import { median } from '../statistics.ts';
import type { Sample } from './sample.ts';

/** Figures that must stay stable; a sample without one of them (`NaN`) is ignored for it. */
const figures = {
  'memory of its own, MB': ({ ownMegabytes }: Sample) => ownMegabytes,
  'open files': ({ openFiles }: Sample) => openFiles,
  'event loop lag, ms': ({ lagMilliseconds }: Sample) => lagMilliseconds,
};

/** More than the noise between two equal quarters of some minutes. */
const toleratedGrowth = 0.15;

/**
 * Describes in words what has grown from the second quarter to the last. The first one is ignored: in it code is
 * compiled, caches fill and files reach their size.
 */
export function growthOf(quarters: readonly (readonly Sample[])[]): readonly string[] {
  const [, early, ...later] = quarters;
  const last = later.at(-1);
  if (early === undefined || last === undefined) return [];
  return Object.entries(figures).flatMap(([name, figureOf]) => {
    const [before, after] = [median(early.map(figureOf)), median(last.map(figureOf))];
    return after > before * (1 + toleratedGrowth)
      ? [`${name}: ${before.toFixed(0)} in the second quarter, ${after.toFixed(0)} in the last`]
      : [];
  });
}
