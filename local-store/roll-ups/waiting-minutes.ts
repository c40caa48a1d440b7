import { hasMinuteWithin } from '../../lib/ports/has-minute-within.ts';
import type { Outstanding } from '../../lib/ports/roll-up-backlog.ts';

/** A minute that, according to a message, was or is being written and is not in its hour and day yet. */
export interface WaitingMinute {
  /** Whole minutes since 1970. */
  readonly minute: number;
  /** Instant: everything accepted before it was in its minutes when the write began; `undefined` if not known. */
  readonly barrier: { readonly through: Date | undefined; readonly timesSetBack: number } | undefined;
}

/**
 * Returns what waits to be rolled up for one customer.
 *
 * `through` is a barrier and not the age of the oldest message, since an entry can be older than the write that counted
 * it. Proof: take a batch accepted before `through`, and so before `countedThrough`: it is in its minutes. Take the write
 * that added it to one of them. If the message of that write waits here, its barrier was noted before the write, and so
 * before the batch was in all of its minutes: the batch was accepted at or after that barrier, and not before `through`.
 * So the message is done, and hour and day were recomputed after the write. The proof needs a barrier after which the
 * clock was not set back: later batches may have an earlier instant.
 * @param countedThrough  for minutes, read before this call
 * @param timesSetBack    how often the clock was set back until now
 */
export function waitingMinutes(
  waiting: Iterable<WaitingMinute>,
  countedThrough: Date | undefined,
  timesSetBack: number,
): Outstanding {
  let through = countedThrough;
  const distinct = new Set<number>();
  for (const { minute, barrier } of waiting) {
    distinct.add(minute);
    const known = barrier?.timesSetBack === timesSetBack ? barrier.through : undefined;
    if (known === undefined || through === undefined) through = undefined;
    else if (known < through) through = known;
  }
  const minutes = Float64Array.from(distinct).sort();
  return {
    through,
    entries: minutes.length === 0 ? 0 : undefined,
    waitsWithin: ({ from, to }) => hasMinuteWithin(minutes, from, to),
  };
}

export function minuteOf(windowStart: string): number {
  return Date.parse(windowStart) / 60_000;
}
