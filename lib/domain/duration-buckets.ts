import { maxDurationMs } from './entry-facts.ts';
import { saturatedSum } from './sums.ts';

/** Requests by the number of their bucket. Buckets are merged by adding their requests. */
export type DurationBuckets = ReadonlyMap<number, number>;

/**
 * The largest durations of the buckets, in milliseconds, computed from whole numbers: so all machines have the same.
 * Up to 26 ms each duration has its own bucket. Beyond that a bucket ends 2039/1961 times after its beginning, so that
 * every duration in it is at most 1.95 % from its middle.
 */
const ends = endsOfBuckets();

function endsOfBuckets(): readonly number[] {
  const found = [0];
  for (let first = 1; first <= maxDurationMs;) {
    const last = Math.max(first, Math.floor((first * 2_039) / 1_961));
    found.push(last);
    first = last + 1;
  }
  return found;
}

export const durationBucketCount = ends.length;

/** Bucket numbers of short durations, which nearly all are. */
const bucketOfShort = Uint16Array.from({ length: 16_384 }, (_, duration) => searchBucket(duration));

/** Returns the number of the bucket of a duration in whole milliseconds. */
export function bucketOf(durationMs: number): number {
  return bucketOfShort[durationMs] ?? searchBucket(durationMs);
}

function searchBucket(durationMs: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] ?? 0) < durationMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds buckets to others, in place. */
export function addBuckets(sum: Map<number, number>, added: DurationBuckets): void {
  for (const [bucket, requests] of added) sum.set(bucket, saturatedSum(sum.get(bucket) ?? 0, requests));
}

/** Adds durations as windows store them: buckets, each followed by its requests. */
export function addStoredBuckets(sum: Map<number, number>, added: readonly number[]): void {
  for (let at = 0; at < added.length; at += 2) {
    const bucket = added[at] ?? 0;
    sum.set(bucket, saturatedSum(sum.get(bucket) ?? 0, added[at + 1] ?? 0));
  }
}

/** Returns the requests of all buckets. */
export function requestsIn(buckets: DurationBuckets): number {
  let requests = 0;
  for (const count of buckets.values()) requests = saturatedSum(requests, count);
  return requests;
}

/**
 * Returns the durations that these shares of the requests do not exceed (nearest rank), each at most 2 % wrong.
 * @param shares  ascending, between 0 and 1
 */
export function percentilesOf(buckets: DurationBuckets, shares: readonly number[]): number[] {
  const inOrder = [...buckets].sort(([a], [b]) => a - b);
  const total = requestsIn(buckets);
  let place = 0;
  let requests = inOrder[0]?.[1] ?? 0;
  return shares.map((share) => {
    const rank = Math.max(1, Math.ceil(share * total));
    while (requests < rank && place < inOrder.length - 1) {
      place += 1;
      requests = saturatedSum(requests, inOrder[place]?.[1] ?? 0);
    }
    return middleOf(inOrder[place]?.[0] ?? 0);
  });
}

/** Returns the duration from which both ends of a bucket are equally wrong, in hundredths of a millisecond. */
function middleOf(bucket: number): number {
  const first = (ends[bucket - 1] ?? -1) + 1;
  const last = ends[bucket] ?? 0;
  return last === 0 ? 0 : Math.round((200 * first * last) / (first + last)) / 100;
}
