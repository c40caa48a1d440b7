import { endOfUnit, type Range } from './period.ts';
import { instantAt, wallClock } from './zone.ts';

const weekMilliseconds = 7 * 86_400_000;

/**
 * Share of a range by which the range to compare with may overlap it. It is enough for the hour that a week has more when
 * clocks change, and for a year, which is compared with the 52 weeks before it.
 */
const mostOverlap = 0.01;

/**
 * Returns the number of weeks between a range and the one to compare it with, as few as possible. So each day is compared
 * with the same weekday, and each hour with the same hour of such a day.
 */
export function weeksBack({ from, to }: Range): number {
  return Math.max(1, Math.ceil(((to - from) * (1 - mostOverlap)) / weekMilliseconds));
}

/** Returns the instant at which clocks showed the same this many weeks before. */
export function weeksBefore(instant: number, weeks: number, zone: string): number {
  return instantAt(wallClock(instant, zone) - weeks * weekMilliseconds, zone);
}

/** Returns the range to compare with. For a range that is still running, it is as long as the part that has passed. */
export function comparedRange({ from, to }: Range, now: number, zone: string): Range {
  const weeks = weeksBack({ from, to });
  const isRunning = from <= now && now < to;
  const end = isRunning ? Math.min(endOfUnit(now + 1, 'minute', zone), to) : to;
  return { from: weeksBefore(from, weeks, zone), to: weeksBefore(end, weeks, zone) };
}
