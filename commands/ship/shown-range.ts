import type { CustomerId } from '../../lib/domain/customer-id.ts';
import type { MinuteRange } from '../../client/counting-state.ts';

/** Maximum number of minutes that the dashboard shows at a time; `web/period/period.ts` says why. */
const maxDashboardMinutes = 3_650 * 1_440;
/** Maximum number of minutes that `GET /aggregates/total` of earlier versions adds up at a time. */
const maxTotalMinutes = 366 * 1_440;

/** Describes the minutes in UTC and the dashboard's address for them, a line each. */
export function describeRange(range: MinuteRange, url: URL, customerId: CustomerId): string {
  const isTooLong = range.to - range.from > maxDashboardMinutes;
  return [
    `Time range  ${isoMinute(range.from)} to ${isoMinute(range.to)}`,
    `Dashboard   ${dashboardLink(range, url, customerId)}`,
    ...(isTooLong ? ['            (the last ten years of it: the dashboard shows no more at a time)'] : []),
  ].join('\n');
}

/** Returns the dashboard's address for these minutes, at most the last ten years, as `web/state/url-state.ts` reads it. */
export function dashboardLink({ from, to }: MinuteRange, url: URL, customerId: CustomerId): string {
  const parameters = new URLSearchParams({
    customer: customerId,
    from: isoMinute(Math.max(from, to - maxDashboardMinutes)),
    to: isoMinute(to),
  });
  // This makes the address easier to read; a query may have a colon (RFC 3986, section 3.4).
  const search = parameters.toString().replaceAll('%3A', ':');
  return `${url.origin}${url.pathname.replace(/\/$/, '')}/?${search}`;
}

/** Splits the range into parts that the pipeline can add up. */
export function partsToTotal({ from, to }: MinuteRange): MinuteRange[] {
  const parts: MinuteRange[] = [];
  for (let start = from; start < to; start += maxTotalMinutes) {
    parts.push({ from: start, to: Math.min(start + maxTotalMinutes, to) });
  }
  return parts;
}

/** `2025-12-28T18:03Z` */
function isoMinute(minute: number): string {
  return `${new Date(minute * 60_000).toISOString().slice(0, 16)}Z`;
}
