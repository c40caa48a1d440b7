import { addBuckets, type DurationBuckets } from './duration-buckets.ts';
import { saturatedSum } from './sums.ts';
import { addVisitors, type Visitors } from './visitors.ts';

/** Sums of one fact by path. Paths whose sum is 0 are left out. */
export type SumsByPath = ReadonlyMap<string, number>;

/**
 * Sums of the facts of entries. A path is a key of `requestsByPath`: where that key was folded, its sums are under
 * `(other)` as well. All sums end at 2^53 − 1.
 */
export interface Measures {
  /** Absent where no entry had the fact. */
  readonly bytes?: number | undefined;
  readonly bytesByPath: SumsByPath;
  readonly durationMsByPath: SumsByPath;
  /** Requests that had a duration. */
  readonly timedByPath: SumsByPath;
  /** Requests that had a duration, by its bucket. */
  readonly durations: DurationBuckets;
  readonly visitors: Visitors;
}

/** Measures in the making. */
export interface GrowingMeasures {
  bytes?: number | undefined;
  readonly bytesByPath: Map<string, number>;
  readonly durationMsByPath: Map<string, number>;
  readonly timedByPath: Map<string, number>;
  readonly durations: Map<number, number>;
  readonly visitors: Map<number, number>;
}

export const sumsByPathFields = ['bytesByPath', 'durationMsByPath', 'timedByPath'] as const;

export function emptyMeasures(): GrowingMeasures {
  return {
    bytesByPath: new Map(),
    durationMsByPath: new Map(),
    timedByPath: new Map(),
    durations: new Map(),
    visitors: new Map(),
  };
}

/** Returns the measures, or `undefined` if there are none: then their field is absent. */
export function measuresUnlessEmpty<T extends Measures>(measures: T): T | undefined {
  const { bytes, durations, visitors } = measures;
  return bytes === undefined && durations.size === 0 && visitors.size === 0 ? undefined : measures;
}

/**
 * Adds measures to others, in place; except for which paths are folded, in any order with the same result.
 * @param keyOf  returns the key under which a path is counted: itself, or `(other)`
 */
export function addMeasures(
  sum: GrowingMeasures,
  added: Measures | undefined,
  keyOf: (path: string) => string = (path) => path,
): void {
  if (added === undefined) return;
  if (added.bytes !== undefined) sum.bytes = saturatedSum(sum.bytes ?? 0, added.bytes);
  for (const field of sumsByPathFields) {
    const sums = sum[field];
    for (const [path, value] of added[field]) addTo(sums, keyOf(path), value);
  }
  addBuckets(sum.durations, added.durations);
  addVisitors(sum.visitors, added.visitors);
}

/** Adds to the sum of a path, in place; 0 adds nothing. */
export function addTo(sums: Map<string, number>, path: string, value: number): void {
  if (value > 0) sums.set(path, saturatedSum(sums.get(path) ?? 0, value));
}

/** Returns a copy to add to. */
export function copyOfMeasures(measures: Measures | undefined): GrowingMeasures {
  const copy = emptyMeasures();
  addMeasures(copy, measures);
  return copy;
}

/** Returns the exact sum of all durations. */
export function durationSumOf({ durationMsByPath }: Pick<Measures, 'durationMsByPath'>): number {
  let sum = 0;
  for (const value of durationMsByPath.values()) sum = saturatedSum(sum, value);
  return sum;
}

export function areEqualMeasures(a: Measures | undefined, b: Measures | undefined): boolean {
  const [one, other] = [a ?? emptyMeasures(), b ?? emptyMeasures()];
  return (
    one.bytes === other.bytes &&
    sumsByPathFields.every((field) => areEqual(one[field], other[field])) &&
    areEqual(one.durations, other.durations) &&
    areEqual(one.visitors, other.visitors)
  );
}

function areEqual<K>(a: ReadonlyMap<K, number>, b: ReadonlyMap<K, number>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
