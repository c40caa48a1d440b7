import type { Counting, ShownBucket } from '../figures/counting.ts';
import { capitalise, formatCount, formatMoment } from './format.ts';

/**
 * Describes what the figures do not include yet, and the time up to which they are complete; empty if the pipeline
 * does not say.
 */
export function describeCounting(counting: Counting, now: number, zone: string): string {
  const through = 'through' in counting ? counting.through : undefined;
  const moment = through === undefined ? '' : `counted through ${formatMoment(through, now, zone)}`;
  return capitalise([describeMissing(counting), moment].filter(Boolean).join(' · '));
}

/** Describes what the figures do not include yet; empty if nothing is known to be missing. */
export function describeMissing(counting: Counting): string {
  switch (counting.kind) {
    case 'unsaid':
    case 'counted':
      return '';
    case 'unknown':
      return 'Not known yet what is still being counted';
    case 'waiting':
      return `Still counting ${formatCount(counting.entries)} ${counting.entries === 1 ? 'entry' : 'entries'}`;
    case 'summing-up':
      return 'Hours and days are still being summed up';
    case 'behind':
      return 'Still counting';
  }
}

/** Describes the requests of a part of the chart: `1,234 requests so far`. */
export function describeRequests({
  requests,
  isPending,
}: Pick<ShownBucket, 'requests' | 'isPending'>): string {
  if (isPending && requests === 0) return notKnownYet;
  return `${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'}${isPending ? ' so far' : ''}`;
}

/** Describes requests that are still being counted, for a column of numbers. */
export function describePending(requests: number): string {
  return requests === 0 ? notKnownYet : `${formatCount(requests)} so far`;
}

const notKnownYet = 'Not known yet';
