import { dimensions, emptyCounts, mapDimensions, type Counts } from '../../domain/dimensions.ts';
import { otherKey } from '../../domain/folding.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { partialIdBytes } from '../../domain/partial.ts';
import type { WindowAggregate } from '../../domain/window-aggregate.ts';
import { addMeasures, emptyMeasures, type Measures } from '../../domain/measures.ts';
import { differing, differingCounts } from './differing-counts.ts';
import { differingInAll, differingMeasures } from './differing-measures.ts';
import { nameOfId, namesOfIds } from '../../domain/packed-id-names.ts';
import { renewedBy } from '../../domain/repair-window.ts';
import { countedPartial, type Contribution } from './spool.ts';

/** A partial that its window does not hold. */
export interface MissingPartial {
  readonly id: Buffer;
  readonly batchKey: ObjectKey;
  readonly requests: number;
}

export interface ComparedWindow {
  /** Partials that the window holds and no stored batch has: their raw batches are gone, or there never were any. */
  readonly unexplained: number;
  /** Partials that the window should hold by now, and does not. */
  readonly missing: readonly MissingPartial[];
  /** Partials that it does not hold yet, of batches that are too young for that to mean anything. */
  readonly pending: number;
  /**
   * Differences between its counts and the sum of the partials that it holds; meaningful only when no partial is
   * unexplained.
   */
  readonly details: readonly string[];
}

/** Compares one window with all that the stored batches add to it, a partial at a time. */
export interface WindowComparison {
  add(contribution: Contribution): void;
  finish(): ComparedWindow;
}

export interface ComparisonOptions {
  /** Returns whether what was stored then may still be on its way. */
  readonly isPending: (storedAt: Date) => boolean;
  /** Version of the rules by which contributions are renewed. */
  readonly rulesVersion: string;
}

/** Number of missing keys that are added up for the text of a difference; the full list may exceed memory. */
const maxLackedKeys = 100;

/**
 * Begins a comparison. It takes memory for one window, however much is compared with it: a count for each key that the
 * window has, and one for all the others together.
 * @param window     `undefined` where there is none
 */
export function compareWindow(
  window: WindowAggregate | undefined,
  { isPending, rulesVersion }: ComparisonOptions,
): WindowComparison {
  const held = new Set(window && namesOfIds(window.partialIds));
  const isRenewed = renewedBy('recount', window);
  // Only requests can be compared with a window that was recounted by other rules: other rules may give other keys.
  let isByTheseRules = window?.recounted === undefined || window.recounted.rulesVersion === rulesVersion;
  const heldTwice = (window?.partialIds.length ?? 0) / partialIdBytes - held.size;
  const sums = { requests: 0, batches: 0, lateRequests: 0 };
  const ofKept = emptyCounts();
  const ofLacked = emptyCounts();
  const measures = emptyMeasures();
  // The sums of other paths are kept together: their requests differ, too.
  const keptPath = (path: string) => (window?.counts.requestsByPath.has(path) === true ? path : otherKey);
  const missing: MissingPartial[] = [];
  let pending = 0;

  return {
    add(contribution) {
      const { batchKey, storedAt } = contribution;
      const { id, requests, part, isLate } = contribution.partial;
      if (!held.delete(nameOfId(id))) {
        if (isPending(storedAt)) pending += 1;
        else missing.push({ id, batchKey, requests });
        return;
      }
      sums.requests += requests;
      sums.batches += part === 0 ? 1 : 0;
      sums.lateRequests += isLate ? requests : 0;
      const partial = countedPartial(contribution, isRenewed);
      if (partial === 'unknown') isByTheseRules = false;
      if (partial === 'unknown' || !isByTheseRules) return;
      addMeasures(measures, partial.measures, keptPath);
      for (const { field } of dimensions) {
        for (const [key, count] of partial.counts[field]) {
          if (window?.counts[field].has(key) === true) increase(ofKept[field], key, count);
          else increaseWithin(maxLackedKeys, ofLacked[field], key, count);
        }
      }
    },

    finish() {
      const unexplained = held.size;
      const details = window === undefined ? [] : differingNumbers(window, sums);
      if (window !== undefined && isByTheseRules) {
        const counts = mapDimensions((field) => new Map([...ofKept[field], ...ofLacked[field]]));
        details.push(...differingKeys(window, counts, measures));
      } else if (window !== undefined) {
        details.push(...differingTotals(window, sums.requests));
      }
      if (heldTwice > 0) details.push(`${heldTwice} partials are held more than once`);
      return { unexplained, missing, pending, details };
    },
  };
}

function increase(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/**
 * Counts a key by its name while it is among the first keys, and the others together, so that differences can name
 * keys.
 */
function increaseWithin(maxKeys: number, counts: Map<string, number>, key: string, count: number): void {
  increase(counts, counts.has(key) || counts.size < maxKeys ? key : otherKey, count);
}

function differingNumbers(
  window: WindowAggregate,
  sums: Pick<WindowAggregate, 'requests' | 'batches' | 'lateRequests'>,
): string[] {
  return (['requests', 'batches', 'lateRequests'] as const).flatMap((field) =>
    window[field] === sums[field] ? [] : [differing(field, window[field], sums[field])],
  );
}

/** Checks what is the same by any rules: dimensions in which every entry is counted add up to the requests. */
function differingTotals({ counts }: WindowAggregate, requests: number): string[] {
  return dimensions.flatMap(({ field, countsEveryEntry }) => {
    const sum = sumOf(counts[field]);
    return countsEveryEntry && sum !== requests ? [differing(`${field} together`, sum, requests)] : [];
  });
}

function differingKeys(window: WindowAggregate, counts: Counts, measures: Measures): string[] {
  const byKey = dimensions.flatMap(({ field }) => {
    const found = window.counts[field];
    return found.has(otherKey)
      ? foldedDifferences(field, found, counts[field])
      : differingCounts(field, found, counts[field]);
  });
  // A path that is kept was folded where it came before the limit was raised: then some of its sums are under `(other)`.
  const isFolded = window.counts.requestsByPath.has(otherKey);
  const ofMeasures = differingMeasures(window.measures, measures, isFolded ? differingInAll : undefined);
  return [...byKey, ...ofMeasures];
}

/**
 * Checks what must hold where keys were folded: no kept key has more requests than there are (it has fewer where it was
 * folded before the limit was raised), and all of them together with `(other)` are the total.
 */
function foldedDifferences(
  field: string,
  found: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
): string[] {
  const tooMany = [...found].filter(([key, count]) => key !== otherKey && count > (expected.get(key) ?? 0));
  const details = differingCounts(
    field,
    new Map(tooMany),
    new Map(tooMany.map(([key]) => [key, expected.get(key) ?? 0])),
  );
  const [is, shouldBe] = [sumOf(found), sumOf(expected)];
  return is === shouldBe ? details : [...details, differing(`${field} together`, is, shouldBe)];
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
