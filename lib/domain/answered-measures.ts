import { addStoredBuckets, percentilesOf, requestsIn } from './duration-buckets.ts';
import { saturatedSum } from './sums.ts';
import type { StoredMeasures } from './stored-measures.ts';
import { estimateVisitorsText } from './visitors.ts';

/** Durations of requests in answers, in milliseconds. */
export interface AnsweredDuration {
  /** Number of requests that had a duration. */
  readonly requests: number;
  readonly sumMs: number;
  /** Percentiles, each at most 2 % wrong. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Measures in answers that are not by path; those that nothing is known of are absent. */
export interface AnsweredMeasures {
  readonly bytes?: number;
  readonly duration?: AnsweredDuration;
  /** Approximate. */
  readonly visitors?: number;
}

const shares = [0.5, 0.95, 0.99] as const;

/** Describes durations. */
export function answeredDuration(buckets: ReadonlyMap<number, number>, sumMs: number): AnsweredDuration {
  const [p50Ms = 0, p95Ms = 0, p99Ms = 0] = percentilesOf(buckets, shares);
  return { requests: requestsIn(buckets), sumMs, p50Ms, p95Ms, p99Ms };
}

/** Describes the measures of one window. */
export function answeredMeasures(measures: StoredMeasures | undefined): AnsweredMeasures {
  if (measures === undefined) return {};
  const { bytes, durations, pathDurationMs = [], visitors } = measures;
  return {
    ...(bytes !== undefined && { bytes }),
    ...(durations !== undefined && {
      duration: answeredDuration(bucketsOf(durations), pathDurationMs.reduce(saturatedSum, 0)),
    }),
    ...(visitors !== undefined && { visitors: estimateVisitorsText(visitors) }),
  };
}

/** Returns stored durations by bucket. */
function bucketsOf(durations: readonly number[]): Map<number, number> {
  const buckets = new Map<number, number>();
  addStoredBuckets(buckets, durations);
  return buckets;
}
