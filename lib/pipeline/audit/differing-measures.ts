import { emptyMeasures, sumsByPathFields, type Measures, type SumsByPath } from '../../domain/measures.ts';
import { saturatedSum } from '../../domain/sums.ts';
import { differing, differingCounts } from './differing-counts.ts';

/** A comparison of sums by path. */
export type ComparedSums = (name: string, found: SumsByPath, expected: SumsByPath) => string[];

/**
 * Lists the differences of measures, worded; none where they are equal.
 * @param compareSums  compares the sums by path; default: each is the same
 */
export function differingMeasures(
  found: Measures | undefined,
  expected: Measures | undefined,
  compareSums: ComparedSums = differingCounts,
): string[] {
  const [is, shouldBe] = [found ?? emptyMeasures(), expected ?? emptyMeasures()];
  const details: string[] = [];
  if (is.bytes !== shouldBe.bytes) details.push(differing('bytes', is.bytes ?? 0, shouldBe.bytes ?? 0));
  for (const field of sumsByPathFields) details.push(...compareSums(field, is[field], shouldBe[field]));
  for (const field of ['durations', 'visitors'] as const) {
    details.push(...differingCounts(field, named(is[field]), named(shouldBe[field])));
  }
  return details;
}

/** Compares sums where paths were folded: all sums together are the same. */
export function differingInAll(name: string, found: SumsByPath, expected: SumsByPath): string[] {
  const [is, shouldBe] = [allOf(found), allOf(expected)];
  return is === shouldBe ? [] : [differing(`${name} together`, is, shouldBe)];
}

function allOf(sums: SumsByPath): number {
  return [...sums.values()].reduce(saturatedSum, 0);
}

function named(counts: ReadonlyMap<number, number>): Map<string, number> {
  return new Map(Array.from(counts, ([key, count]) => [String(key), count]));
}
