import type { CustomerDays } from '../figures/customers.ts';
import type { Range } from '../period/period.ts';
import { formatMoment, formatRange } from './format.ts';

/** Names whole days of UTC: `20 Nov 2026 – 27 Nov 2026`. */
export function daysName({ from, to }: Range): string {
  return formatRange(from, to, 'UTC');
}

/** Says which days the list of customers is about, what the change compares, and how far they are counted. */
export function describeCustomerDays(
  { shown, current, previous }: CustomerDays,
  countedThrough: number | null,
  now: number,
  zone: string,
): string {
  const counted =
    countedThrough === null
      ? 'Not known yet what is still being counted.'
      : `Counted through ${formatMoment(countedThrough, now, zone)}.`;
  return (
    `Requests of ${daysName(shown)}, in whole days of UTC. ` +
    `The change compares days that are over: ${daysName(current)} with ${daysName(previous)}. ${counted}`
  );
}
