import type { MinuteRange } from './completeness.ts';
import { dimensions } from './dimensions.ts';
import { otherKey } from './folding.ts';
import type { ServedWindow } from './served-window.ts';
import { enclosingWindowStart, minutesOfWindow, type WindowStart } from './window.ts';

/** A stored day, and what it keeps of its hours: all but their counts by key. */
export interface DayWithHours {
  readonly day: ServedWindow;
  /** In time order, with empty counts. */
  readonly hours: readonly ServedWindow[];
}

/** Windows that make up a local day. */
export interface DayParts {
  /** Its hours, with empty counts: their sums, and what cannot be subtracted, such as visitors. */
  readonly hours: readonly ServedWindow[];
  /** The day of UTC that it has most of. */
  readonly base: ServedWindow;
  /** Hours that it has of other days of UTC. */
  readonly added: readonly ServedWindow[];
  /** Hours of `base` that it does not have. */
  readonly subtracted: readonly ServedWindow[];
}

/** Hours to read for a local day; their counts are added to, or subtracted from, those of a day of UTC. */
export interface DayPlan {
  readonly base: DayWithHours;
  readonly hours: readonly ServedWindow[];
  /** These hours and the subtracted ones are those of the days, with empty counts. */
  readonly added: readonly ServedWindow[];
  readonly subtracted: readonly ServedWindow[];
}

const otherText = Buffer.from(`${JSON.stringify(otherKey)}:`);
const hourEnd = ':00:00Z';

/** Returns the starts of the days of UTC that a local day overlaps. */
export function daysOverlapping({ from, to }: MinuteRange): WindowStart[] {
  const starts: WindowStart[] = [];
  for (let start = enclosingWindowStart(from, 'day'); start < to;) {
    starts.push(start);
    const { to: next } = minutesOfWindow(start, 'day');
    if (next <= start) break; // the last day of the year 9999
    start = next;
  }
  return starts;
}

/**
 * Plans how to compose a local day of the day of UTC that it has most of, and few hours. Returns `undefined` where reading its
 * hours is as good, or where the counts of a day are not the sums of those of its hours: rare keys were folded, or a sum
 * has reached 2^53 − 1.
 * @param days  days of UTC by their start, as far as they exist and keep their hours
 */
export function planLocalDay(
  range: MinuteRange,
  days: ReadonlyMap<WindowStart, DayWithHours>,
): DayPlan | undefined {
  if (!range.from.endsWith(hourEnd) || !range.to.endsWith(hourEnd)) return undefined;
  const overlapped: DayWithHours[] = [];
  for (const start of daysOverlapping(range)) {
    if (start >= range.from && minutesOfWindow(start, 'day').to <= range.to) return undefined; // that day as it is
    const day = days.get(start);
    if (day === undefined) return undefined;
    overlapped.push(day);
  }
  const isIn = ({ windowStart }: ServedWindow) => windowStart >= range.from && windowStart < range.to;
  const shared = overlapped.map((day) => ({ day, hours: day.hours.filter(isIn) }));
  const [most, ...others] = shared.toSorted((a, b) => b.hours.length - a.hours.length);
  if (most === undefined) return undefined;
  const base = most.day;
  const added = others.flatMap((other) => other.hours);
  const hours = [...most.hours, ...added];
  const subtracted = base.hours.filter((hour) => !isIn(hour));
  const isShorter = 1 + added.length + subtracted.length < hours.length;
  return isShorter && isSumOfHours(base.day) ? { base, hours, added, subtracted } : undefined;
}

/**
 * Puts the windows of a plan together; returns `undefined` if an hour is not, or not any more, the one that its day was the
 * sum of.
 * @param read  hours of the plan by their start
 */
export function partsOfPlan(
  { base, hours, added, subtracted }: DayPlan,
  read: ReadonlyMap<WindowStart, ServedWindow>,
): DayParts | undefined {
  const windows = (known: readonly ServedWindow[]) =>
    known.flatMap((hour) => {
      const window = read.get(hour.windowStart);
      return window !== undefined && isSameWrite(window, hour) ? [window] : [];
    });
  const [more, less] = [windows(added), windows(subtracted)];
  if (more.length < added.length || less.length < subtracted.length) return undefined;
  return { hours, base: base.day, added: more, subtracted: less };
}

/** Forgetting can remove an hour and make it again with the same revision. */
function isSameWrite(a: ServedWindow, b: ServedWindow): boolean {
  return (
    a.revision === b.revision &&
    a.requests === b.requests &&
    a.lateRequests === b.lateRequests &&
    a.updatedAt.getTime() === b.updatedAt.getTime()
  );
}

function isSumOfHours({ requests, counts, measures }: ServedWindow): boolean {
  const isFolded = dimensions.some(({ field }) => counts[field].json.includes(otherText));
  const sums = [requests, measures?.bytes ?? 0, ...(measures?.pathDurationMs ?? [])];
  return !isFolded && sums.every((sum) => sum < Number.MAX_SAFE_INTEGER);
}
