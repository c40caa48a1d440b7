import type { Counting, ShownBucket } from '../figures/counting.ts';
import { formatCount, formatMoment } from './format.ts';

/** What the figures do not include yet, in words; empty where the pipeline does not say, or there is nothing to say. */
export function describeCounting(counting: Counting, now: number, zone: string): string {
  const through = (instant: number | undefined) =>
    instant === undefined ? '' : `counted through ${formatMoment(instant, now, zone)}`;
  switch (counting.kind) {
    case 'unsaid':
      return '';
    case 'counted':
      return capitalised(through(counting.through));
    case 'unknown':
      return stillUnknown;
    case 'waiting':
      return [stillCounting(counting.entries), through(counting.through)].filter(Boolean).join(' · ');
    case 'incomplete':
      return `Not all of this period is counted yet · ${through(counting.through)}`;
  }
}

export const stillUnknown = 'Not known yet what is still being counted';

export function stillCounting(entries: number): string {
  return `Still counting ${formatCount(entries)} ${entries === 1 ? 'entry' : 'entries'}`;
}

/** The requests of a part of the chart: `1,234 requests so far`. */
export function describeRequests({
  requests,
  isPending,
}: Pick<ShownBucket, 'requests' | 'isPending'>): string {
  if (isPending && requests === 0) return notKnownYet;
  return `${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'}${isPending ? ' so far' : ''}`;
}

/** The same of one that is still being counted, for a column of numbers. */
export function describePending(requests: number): string {
  return requests === 0 ? notKnownYet : `${formatCount(requests)} so far`;
}

const notKnownYet = 'Not known yet';

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
