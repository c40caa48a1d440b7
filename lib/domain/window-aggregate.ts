import type { CustomerId } from './customer-id.ts';
import { emptyCounts, mapDimensions, type Counts } from './dimensions.ts';
import { folding, otherKey, type FoldingLimits } from './folding.ts';
import { addMeasures, copyOfMeasures, measuresUnlessEmpty, type Measures } from './measures.ts';
import { unseen, type PackedIds } from './packed-ids.ts';
import type { WindowPartial } from './partial.ts';
import { exactSum } from './sums.ts';
import type { WindowStart } from './window.ts';

/** The counts of one window of any size. */
export interface WindowCounts {
  readonly customerId: CustomerId;
  readonly windowStart: WindowStart;
  readonly requests: number;
  readonly counts: Counts;
  /** Absent where no entry had facts that are summed up. */
  readonly measures?: Measures | undefined;
  /** Number of writes of the window. */
  readonly revision: number;
  /** Requests from batches that were late for this window. */
  readonly lateRequests: number;
  readonly updatedAt: Date;
}

/** The counts of one minute, without the ids of its partials. */
export interface MinuteCounts extends WindowCounts {
  /** Number of batches with entries in this minute. */
  readonly batches: number;
  /** Every batch that it counts was stored at or after this; absent if that is not known for all of them. */
  readonly storedSince?: Date | undefined;
  /** Set if the window was created after its customer was forgotten: it counts nothing stored until this instant. */
  readonly forgottenBefore?: Date | undefined;
  /** Set if the window was recounted. */
  readonly recounted?: Recounted | undefined;
}

/** The rules by which a window was recounted, and how far. */
export interface Recounted {
  readonly rulesVersion: string;
  /**
   * Number of its ids, from the first one, whose partials are counted by these rules. Those behind them were added
   * later, as they were stored.
   */
  readonly partials: number;
}

/** The sum of the partials of one customer's minute, and their ids. */
export interface WindowAggregate extends MinuteCounts {
  readonly partialIds: PackedIds;
}

/**
 * Adds the partials that the window does not have yet; returns `undefined` if it has them all. So adding is
 * idempotent; except for which keys are folded, it is also commutative and associative.
 * @param current   the window, or `undefined` if there is none yet
 * @param partials  partials of this one window, at least one
 * @throws CountsTooLarge  a count would exceed 2^53 − 1
 */
export function addPartials(
  current: WindowAggregate | undefined,
  partials: readonly [WindowPartial, ...WindowPartial[]],
  now: Date,
  limits: FoldingLimits,
): WindowAggregate | undefined {
  const held = current?.partialIds ?? Buffer.alloc(0);
  const added = unseen(held, partials);
  if (added.length === 0) return undefined;

  const sums = copyOfMeasures(current?.measures);
  const counts = mapDimensions((field) => {
    const requestsByKey = new Map((current?.counts ?? emptyCounts())[field]);
    const add = folding(requestsByKey, limits);
    for (const partial of added) {
      add(partial.counts[field]);
      if (field !== 'requestsByPath') continue;
      addMeasures(sums, partial.measures, (path) => (requestsByKey.has(path) ? path : otherKey));
    }
    return requestsByKey;
  });
  const measures = measuresUnlessEmpty(sums);
  const [{ customerId, windowStart }] = partials;
  return {
    customerId,
    windowStart,
    counts,
    ...(measures && { measures }),
    requests: exactSum(
      current?.requests ?? 0,
      sumOf(added, ({ requests }) => requests),
    ),
    batches: exactSum(current?.batches ?? 0, added.filter(({ part }) => part === 0).length),
    lateRequests: exactSum(
      current?.lateRequests ?? 0,
      sumOf(added, ({ requests, isLate }) => (isLate ? requests : 0)),
    ),
    revision: exactSum(current?.revision ?? 0, 1),
    updatedAt: now,
    storedSince: earliestOf(current, added),
    forgottenBefore: current?.forgottenBefore,
    recounted: current?.recounted,
    partialIds: Buffer.concat([held, ...added.map(({ id }) => id)]),
  };
}

function sumOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((sum, item) => exactSum(sum, valueOf(item)), 0);
}

/** Returns the earliest time; known only if it is known for everything that the window counts. */
function earliestOf(current: MinuteCounts | undefined, added: readonly WindowPartial[]): Date | undefined {
  if (current !== undefined && current.storedSince === undefined) return undefined;
  let earliest = current?.storedSince;
  for (const { storedAt } of added) {
    if (storedAt === undefined) return undefined;
    if (earliest === undefined || storedAt < earliest) earliest = storedAt;
  }
  return earliest;
}
