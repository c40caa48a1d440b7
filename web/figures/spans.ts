import type { Range } from '../period/period.ts';
import type { ShownBucket } from './counting.ts';

/** Returns the parts of time whose requests are still being counted. */
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

/** Returns an amount of a bucket as a chart shows it: nothing for the future, and where nothing is known yet. */
export function knownValue(
  { from, requests, isPending }: ShownBucket,
  value: number | undefined,
  now: number,
): number | null {
  // Nothing that was counted so far is not the same as nothing.
  const isUnknown = from > now || (isPending && requests === 0);
  return isUnknown ? null : (value ?? null);
}
