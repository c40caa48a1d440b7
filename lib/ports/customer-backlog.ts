import { minuteOfInstant } from '../domain/timestamp.ts';
import type { WindowStart } from '../domain/window.ts';
import { consumedThrough } from './consumed-through.ts';
import type { CustomerBacklog } from './event-stream.ts';

/** What waits for one customer in one place: a partition, or a put that is under way. */
export interface WaitingPart {
  readonly records: number;
  readonly entries: number | undefined;
  /** When the oldest of the records was put; `undefined` where the clock was set back since. */
  readonly oldestPutAt: Date | undefined;
  readonly minutes: Iterable<number>;
  /** Some of the records do not tell their minute. */
  readonly hasWithoutMinute: boolean;
}

/** The sum of the parts, none of which is empty. It stays as it is, whatever is consumed afterwards. */
export function customerBacklog(parts: readonly WaitingPart[], now: Date): CustomerBacklog {
  const minutes = Float64Array.from(parts.flatMap((part) => [...part.minutes]));
  const hasWithoutMinute = parts.some((part) => part.hasWithoutMinute);
  let isSorted = false;
  let records = 0;
  let entries: number | undefined = 0;
  for (const part of parts) {
    records += part.records;
    entries = entries === undefined || part.entries === undefined ? undefined : entries + part.entries;
  }
  return {
    records,
    entries,
    consumedThrough: consumedThrough(
      parts.map(({ oldestPutAt }) => oldestPutAt),
      now,
    ),
    waitsWithin(from, to) {
      if (hasWithoutMinute) return true;
      // A page asks for each of its windows, of a customer for whom a hundred thousand may wait.
      if (!isSorted) minutes.sort();
      isSorted = true;
      const next = minutes[firstFrom(minutes, minuteNumber(from))];
      return next !== undefined && next < minuteNumber(to);
    },
  };
}

/** The place of the first of the ascending minutes that is not before `from`. */
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

/** A window after the year 9999, which only an end can be, is behind all others. */
function minuteNumber(windowStart: WindowStart): number {
  return minuteOfInstant(windowStart) ?? Infinity;
}
