import type { CustomerId } from './customer-id.ts';
import { emptyCounts, mapDimensions, type Counts } from './dimensions.ts';
import { folding, type FoldingLimits } from './folding.ts';
import { unseen, type PackedIds } from './packed-ids.ts';
import type { WindowPartial } from './partial.ts';
import type { WindowStart } from './window.ts';

/** The counts of one window of any size. */
export interface WindowCounts {
  readonly customerId: CustomerId;
  readonly windowStart: WindowStart;
  readonly requests: number;
  readonly counts: Counts;
  /** How often the window was written. */
  readonly revision: number;
  /** Those of the requests that came in batches which were late for this window. */
  readonly lateRequests: number;
  readonly updatedAt: Date;
}

/** The counts of one minute, without the memory of what is counted in it. */
export interface MinuteCounts extends WindowCounts {
  /** Batches that have entries in this minute. */
  readonly batches: number;
}

/** The sum of the partials of one customer's minute, and which ones these are. */
export interface WindowAggregate extends MinuteCounts {
  readonly partialIds: PackedIds;
}

/**
 * The window with those of the partials added that it does not hold yet, or `undefined` where it holds them all. So
 * adding is idempotent; but for which keys are folded, it is commutative and associative as well.
 * @param current   the window, or `undefined` where there is none yet
 * @param partials  partials of this one window, at least one
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

  const counts = mapDimensions((field) => {
    const requestsByKey = new Map((current?.counts ?? emptyCounts())[field]);
    const add = folding(requestsByKey, limits);
    for (const partial of added) add(partial.counts[field]);
    return requestsByKey;
  });
  const [{ customerId, windowStart }] = partials;
  return {
    customerId,
    windowStart,
    counts,
    requests: (current?.requests ?? 0) + sumOf(added, ({ requests }) => requests),
    batches: (current?.batches ?? 0) + added.filter(({ part }) => part === 0).length,
    lateRequests:
      (current?.lateRequests ?? 0) + sumOf(added, ({ requests, isLate }) => (isLate ? requests : 0)),
    revision: (current?.revision ?? 0) + 1,
    updatedAt: now,
    partialIds: Buffer.concat([held, ...added.map(({ id }) => id)]),
  };
}

function sumOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}
