import type { CustomerId } from './customer-id.ts';
import { dimensions, type Counts } from './dimensions.ts';
import { areEqualMeasures } from './measures.ts';
import type { RolledUpSize, WindowStart } from './window.ts';
import type { WindowCounts } from './window-aggregate.ts';
import type { WindowSum } from './window-sum.ts';

/** One customer's hour or day: the sum of its minutes, or of its hours. */
export interface RolledUpWindow extends WindowCounts {
  readonly windowSize: RolledUpSize;
}

/** Customer, size and start of a window. */
export interface WindowName {
  readonly customerId: CustomerId;
  readonly windowSize: RolledUpSize;
  readonly windowStart: WindowStart;
}

/**
 * Replaces the counts of a window with the sum of its parts; returns `current` itself if they are equal. Each written
 * window has a new revision, so that none is ever taken for an earlier one with the same counts.
 * @param current  the window, or `undefined` if there is none yet
 * @param sum      the sum of all of its parts, folded
 */
export function rollUp(
  current: RolledUpWindow | undefined,
  window: WindowName,
  sum: WindowSum,
  now: Date,
): RolledUpWindow {
  if (current !== undefined && isSum(current, sum)) return current;
  return { ...window, ...sum, revision: (current?.revision ?? 0) + 1, updatedAt: now };
}

/** Returns the same window as another write of it, so that it is not taken for the one before. */
export function renewed(window: RolledUpWindow, now: Date): RolledUpWindow {
  return { ...window, revision: window.revision + 1, updatedAt: now };
}

function isSum(window: RolledUpWindow, sum: WindowSum): boolean {
  return (
    window.requests === sum.requests &&
    window.lateRequests === sum.lateRequests &&
    areEqualMeasures(window.measures, sum.measures) &&
    dimensions.every(({ field }) => areEqual(window.counts[field], sum.counts[field]))
  );
}

function areEqual(a: Counts[keyof Counts], b: Counts[keyof Counts]): boolean {
  return a.size === b.size && [...a].every(([key, requests]) => b.get(key) === requests);
}
