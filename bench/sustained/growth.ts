import { median } from '../statistics.ts';
import type { Sample } from './sample.ts';

/** What must stay as it is; a sample without one of them (`NaN`) says nothing of it. */
const figures = {
  'memory of its own, MB': ({ ownMegabytes }: Sample) => ownMegabytes,
  'open files': ({ openFiles }: Sample) => openFiles,
  'event loop lag, ms': ({ lagMilliseconds }: Sample) => lagMilliseconds,
};

/** More than the noise between two quarters of some minutes that do the same. */
const toleratedGrowth = 0.15;

/**
 * What has grown from the second quarter to the last, in words. The first one is not looked at: in it code is compiled,
 * caches fill and files become as large as they will be.
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
