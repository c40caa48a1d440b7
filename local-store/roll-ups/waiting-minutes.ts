import { hasMinuteWithin } from '../../lib/ports/has-minute-within.ts';
import type { Outstanding } from '../../lib/ports/roll-up-backlog.ts';

/** A minute that was or is being written and is not in its hour and day yet, according to one message. */
export interface WaitingMinute {
  /** Whole minutes since 1970. */
  readonly minute: number;
  /** Everything accepted before this instant was in its minutes when the write began; `undefined` if not known. */
  readonly through: Date | undefined;
}

/**
 * Returns what waits to be rolled up for one customer.
 *
 * `through` is a barrier and not the age of the oldest message, since an entry can be older than the write that
 * counted it. Proof: take a batch accepted before `through`, and so before `countedThrough`: it is in its minutes.
 * Take the write that added it to one of them. If the message of that write waits here, its barrier was noted before
 * the write, and so before the batch was in all of its minutes: the batch was accepted at or after that barrier, and
 * not before `through`. So the message is done, and hour and day were recomputed after the write.
 * @param countedThrough  for minutes, read before this call
 */
export function waitingMinutes(
  waiting: Iterable<WaitingMinute>,
  countedThrough: Date | undefined,
): Outstanding {
  let through = countedThrough;
  const distinct = new Set<number>();
  for (const { minute, through: barrier } of waiting) {
    distinct.add(minute);
    if (barrier === undefined || through === undefined) through = undefined;
    else if (barrier < through) through = barrier;
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
