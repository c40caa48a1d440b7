import { dailyCurve, type TimeRange } from './daily-curve.ts';
import type { FactsOfVisit, RequestFacts } from './facts.ts';
import type { Site } from './site.ts';
import type { Visit } from './visit.ts';

/** An entry as sent; it has all facts or none. */
export interface TrafficEntry extends Partial<RequestFacts> {
  readonly receivedAt: string;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly status: number;
}

/**
 * Creates entries of visits to a site, over a range of time and in time order. Paths, visitors and answers only
 * depend on the site and the numbers; the range only determines the times.
 * @param range  at least ten minutes, which no visit takes
 * @param factsOf  adds facts to the entries
 */
export function siteTraffic(
  site: Site,
  count: number,
  range: TimeRange,
  random: () => number,
  factsOf?: FactsOfVisit,
): TrafficEntry[] {
  const nextVisitor = site.visits(random);
  const instantOf = dailyCurve(range, site.peakHour);
  const timed: { at: number; entry: TrafficEntry }[] = [];
  while (timed.length < count) {
    const visit = nextVisitor()();
    const began = instantOf(random()).getTime();
    for (const [n, entry] of entriesOf(visit, beginOf(visit, began, range), factsOf).entries()) {
      if (timed.length < count) timed.push({ at: Date.parse(entry.receivedAt) + n / 1_000, entry });
    }
  }
  return timed.sort((a, b) => a.at - b.at).map(({ entry }) => entry);
}

/** Returns the entries of a visit that began at this time, in milliseconds since 1970. */
export function entriesOf(visit: Visit, began: number, factsOf?: FactsOfVisit): TrafficEntry[] {
  const facts = factsOf?.(visit) ?? [];
  const { userAgent } = visit;
  return visit.requests.map(({ secondsIn, method, path, status }, n) => {
    const receivedAt = new Date(began + Math.round(secondsIn * 1_000)).toISOString();
    return { receivedAt, method, path, userAgent, status, ...facts[n] };
  });
}

/** Returns the begin of a visit; earlier if the visit would end after the range. */
function beginOf({ requests }: Visit, began: number, { from, to }: TimeRange): number {
  const lasts = Math.ceil((requests.at(-1)?.secondsIn ?? 0) * 1_000) + 1;
  return Math.max(from.getTime(), Math.min(began, to.getTime() - lasts));
}
