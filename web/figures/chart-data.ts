import { endOfUnit, startOfUnit, type Range, type Unit } from '../period/period.ts';
import type { ShownBucket } from './counting.ts';

type Counts = (number | null)[];

/**
 * Starts of buckets in seconds; requests of the buckets that are over and counted; requests of those that still run
 * or are still being counted.
 */
export type ChartData = [starts: number[], settled: Counts, rising: Counts];

/** The units of a chart. */
export interface ChartUnits {
  readonly unit: Unit;
  readonly zone: string;
}

/** Returns the bars of the chart. Buckets in the future, and those not known yet, have no bar. */
export function barData(buckets: readonly ShownBucket[], now: number, { unit, zone }: ChartUnits): ChartData {
  const isRising = ({ from, to, isPending }: ShownBucket) => isPending || (from <= now && now < to);
  return [
    // A partial unit is drawn as wide as the others.
    buckets.map(({ from }) => startOfUnit(from, unit, zone) / 1_000),
    buckets.map((bucket) => (bucket.to <= now && !isRising(bucket) ? bucket.requests : null)),
    buckets.map((bucket) => (isRising(bucket) ? known(bucket) : null)),
  ];
}

/** Returns the chart as one outline, which ends at a point after the last bucket. */
export function outlineData(buckets: readonly ShownBucket[], now: number): ChartData {
  const begun = buckets.filter(({ from }) => from <= now);
  const last = begun.at(-1);
  const points = begun.map((bucket) => ({ from: bucket.from, requests: known(bucket) }));
  if (last !== undefined) points.push({ from: last.to, requests: known(last) });
  return [
    points.map(({ from }) => from / 1_000),
    points.map(({ requests }) => requests),
    points.map(() => null),
  ];
}

/** Returns the time range of the chart's axis: whole units if the chart has bars. */
export function drawnRange({ from, to }: Range, isBars: boolean, { unit, zone }: ChartUnits): Range {
  return isBars ? { from: startOfUnit(from, unit, zone), to: endOfUnit(to, unit, zone) } : { from, to };
}

/** The stretches of time whose requests are still being counted. */
export function pendingStretches(buckets: readonly ShownBucket[]): Range[] {
  const stretches: { from: number; to: number }[] = [];
  for (const { from, to, isPending } of buckets) {
    const last = stretches.at(-1);
    if (!isPending) continue;
    if (last?.to === from) last.to = to;
    else stretches.push({ from, to });
  }
  return stretches;
}

/** Nothing that was counted so far is not the same as nothing. */
function known({ requests, isPending }: ShownBucket): number | null {
  return isPending && requests === 0 ? null : requests;
}
