import type { Bucket } from './series.ts';

type Counts = (number | null)[];

/** Starts of buckets in seconds, the requests of those that are over, and of the one that is still running. */
export type ChartData = [starts: number[], over: Counts, running: Counts];

/** What the chart draws as bars; what lies ahead has none. */
export function barData(buckets: readonly Bucket[], now: number): ChartData {
  return [
    buckets.map(({ from }) => from / 1_000),
    buckets.map(({ to, requests }) => (to <= now ? requests : null)),
    buckets.map(({ from, to, requests }) => (from <= now && now < to ? requests : null)),
  ];
}

/** What the chart draws as one outline, which a point behind the last bucket ends. */
export function outlineData(buckets: readonly Bucket[], now: number): ChartData {
  const begun = buckets.filter(({ from }) => from <= now);
  const last = begun.at(-1);
  const points = last === undefined ? [] : [...begun, { from: last.to, requests: last.requests }];
  return [
    points.map(({ from }) => from / 1_000),
    points.map(({ requests }) => requests),
    points.map(() => null),
  ];
}
