import { minuteOfInstant } from '../domain/timestamp.ts';
import type { WindowStart } from '../domain/window.ts';

/**
 * Reports by binary search whether one of the minutes lies in a range.
 * @param minutes  whole minutes since 1970, ascending
 */
export function hasMinuteWithin(minutes: Float64Array, from: WindowStart, to: WindowStart): boolean {
  const next = minutes[firstFrom(minutes, minuteNumber(from))];
  return next !== undefined && next < minuteNumber(to);
}

/** Returns the index of the first of the ascending minutes that is not before `from`. */
function firstFrom(minutes: Float64Array, from: number): number {
  let low = 0;
  let high = minutes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((minutes[middle] ?? Infinity) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the number of a minute. A window after the year 9999, which can only be an end, is after all others. */
function minuteNumber(windowStart: WindowStart): number {
  return minuteOfInstant(windowStart) ?? Infinity;
}
