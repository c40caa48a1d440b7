/** Counts of one hour that alerts look at. */
export interface HourCounts {
  readonly requests: number;
  /** Requests with a status of 400–499. */
  readonly clientErrors: number;
  /** Requests with a status of 500 or more. */
  readonly serverErrors: number;
}

/** Number of previous weeks that an hour is compared with. */
export const comparedWeeks = 4;
/** Number of weeks without which nothing is known of what is usual. */
const leastWeeks = 2;

/** The usual traffic of an hour, by the same hour of previous weeks. */
export interface Baseline {
  /** Median of the requests; of an even number of weeks the lower middle one, so that one week of four never decides. */
  readonly low: number;
  /** The upper middle one. */
  readonly high: number;
  /** The hour with the fewest requests. */
  readonly lowest: number;
  /** The hour with the most requests. */
  readonly highest: number;
}

/**
 * Returns the usual traffic of an hour; `undefined` while too few weeks are known.
 * @param weeks  the same hour of the previous weeks; `undefined` for one that is not known
 */
export function baselineOf(weeks: readonly (HourCounts | undefined)[]): Baseline | undefined {
  const requests = weeks.flatMap((hour) => (hour === undefined ? [] : [hour.requests])).sort((a, b) => a - b);
  const [lowest = 0] = requests;
  if (requests.length < leastWeeks) return undefined;
  return {
    low: requests[Math.floor((requests.length - 1) / 2)] ?? 0,
    high: requests[Math.floor(requests.length / 2)] ?? 0,
    lowest,
    highest: requests.at(-1) ?? 0,
  };
}

/**
 * Returns the usual share of errors: the median of those weeks that had enough requests, and 0 if none had.
 * @param errorsOf  the number of errors of an hour
 */
export function usualShareOf(
  weeks: readonly (HourCounts | undefined)[],
  errorsOf: (hour: HourCounts) => number,
  minRequests: number,
): number {
  const shares = weeks
    .flatMap((hour) => (hour && hour.requests >= minRequests ? [errorsOf(hour) / hour.requests] : []))
    .sort((a, b) => a - b);
  return shares[Math.floor(shares.length / 2)] ?? 0;
}

/**
 * Returns by how many standard deviations two numbers of independent requests differ (Anscombe's transform of Poisson
 * numbers, whose variance is then 1); below 0 where there are fewer than usual.
 */
export function deviation(requests: number, usual: number): number {
  return 2 * (Math.sqrt(requests + 3 / 8) - Math.sqrt(usual + 3 / 8));
}
