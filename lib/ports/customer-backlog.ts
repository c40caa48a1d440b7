import { consumedThrough } from './consumed-through.ts';
import type { CustomerBacklog } from './event-stream.ts';
import { hasMinuteWithin } from './has-minute-within.ts';

/** The part of a customer's backlog in one place: a partition, or a put under way. */
export interface WaitingPart {
  readonly records: number;
  readonly entries: number | undefined;
  /** When the oldest of the records was put; `undefined` if the clock was set back since. */
  readonly oldestPutAt: Date | undefined;
  readonly minutes: Iterable<number>;
  /** True if some of the records do not name their minute. */
  readonly hasWithoutMinute: boolean;
}

/** Combines the parts, none of which is empty. The result is a snapshot: later consumption does not change it. */
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
      return hasMinuteWithin(minutes, from, to);
    },
  };
}
