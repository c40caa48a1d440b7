import { dailyCurve, type TimeRange } from './daily-curve.ts';
import type { Site } from './site.ts';
import type { Visit } from './visit.ts';

/** An entry as it is sent. */
export interface TrafficEntry {
  readonly receivedAt: string;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly status: number;
}

/**
 * So many entries of visits to a site, over a range of time and in its order. What is asked for, by whom, and with what
 * answer depends on the site and the numbers alone: the range only decides when.
 * @param range  of at least ten minutes, which no visit takes
 */
export function siteTraffic(
  site: Site,
  count: number,
  range: TimeRange,
  random: () => number,
): TrafficEntry[] {
  const nextVisitor = site.visits(random);
  const instantOf = dailyCurve(range, site.peakHour);
  const timed: { at: number; entry: TrafficEntry }[] = [];
  while (timed.length < count) {
    const visit = nextVisitor()();
    const began = instantOf(random()).getTime();
    for (const [n, entry] of entriesOf(visit, beginOf(visit, began, range)).entries()) {
      if (timed.length < count) timed.push({ at: Date.parse(entry.receivedAt) + n / 1_000, entry });
    }
  }
  return timed.sort((a, b) => a.at - b.at).map(({ entry }) => entry);
}

/** The entries of a visit that began then, in milliseconds since 1970. */
export function entriesOf({ userAgent, requests }: Visit, began: number): TrafficEntry[] {
  return requests.map(({ secondsIn, method, path, status }) => {
    const receivedAt = new Date(began + Math.round(secondsIn * 1_000)).toISOString();
    return { receivedAt, method, path, userAgent, status };
  });
}

/** Earlier where the visit would go on behind the range. */
function beginOf({ requests }: Visit, began: number, { from, to }: TimeRange): number {
  const lasts = Math.ceil((requests.at(-1)?.secondsIn ?? 0) * 1_000) + 1;
  return Math.max(from.getTime(), Math.min(began, to.getTime() - lasts));
}
