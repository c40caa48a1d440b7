import type { EpochMinute } from './epoch-minute.ts';
import { windowStartOf, type WindowSize, type WindowStart } from './window.ts';

/** Windows of one size, side by side: those with `from ≤ windowStart < to`. */
export interface WindowRun {
  readonly windowSize: WindowSize;
  readonly from: WindowStart;
  readonly to: WindowStart;
}

/** Whole minutes with `from ≤ minute < to`. */
interface MinuteRange {
  readonly from: number;
  readonly to: number;
}

const sizes = [
  { windowSize: 'day', minutes: 1_440 },
  { windowSize: 'hour', minutes: 60 },
  { windowSize: 'minute', minutes: 1 },
] as const satisfies readonly { windowSize: WindowSize; minutes: number }[];
const minuteMilliseconds = 60_000;
const hourMilliseconds = 60 * minuteMilliseconds;
/** Most seconds of the past that are read by the minute, however long late entries are allowed. */
const maxUnsettledSeconds = 86_400;
/** Time after which an hour that became complete has been rolled up; on AWS that takes a minute or two. */
const rollUpSeconds = 300;

/**
 * Returns the windows that make up a range, in time order: whole days, then hours, then minutes at its ragged edges.
 * An hour is rolled up some time after its minutes. So hours that may still get live entries are read by the minute:
 * those that are not complete, or only just, up to the hour after that of `now`, since clocks differ.
 */
export function composeRange(
  from: WindowStart,
  to: WindowStart,
  now: Date,
  allowedLatenessSeconds: number,
): WindowRun[] {
  const range = { from: epochMinuteOf(from), to: epochMinuteOf(to) };
  const unsettled = unsettledHours(now, allowedLatenessSeconds);
  return [
    ...largestWindows({ from: range.from, to: Math.min(range.to, unsettled.from) }, sizes),
    ...largestWindows(
      { from: Math.max(range.from, unsettled.from), to: Math.min(range.to, unsettled.to) },
      sizes.slice(-1),
    ),
    ...largestWindows({ from: Math.max(range.from, unsettled.to), to: range.to }, sizes),
  ];
}

/** Returns the largest windows that make up a range, in time order, however lately they were rolled up. */
export function largestWindowsOf(from: WindowStart, to: WindowStart): WindowRun[] {
  return largestWindows({ from: epochMinuteOf(from), to: epochMinuteOf(to) }, sizes);
}

function largestWindows(range: MinuteRange, [largest, ...smaller]: readonly Size[]): WindowRun[] {
  if (largest === undefined || range.from >= range.to) return [];
  const { windowSize, minutes } = largest;
  const whole = {
    from: Math.ceil(range.from / minutes) * minutes,
    to: Math.floor(range.to / minutes) * minutes,
  };
  if (whole.from >= whole.to) return largestWindows(range, smaller);
  return [
    ...largestWindows({ from: range.from, to: whole.from }, smaller),
    { windowSize, from: windowStartAt(whole.from), to: windowStartAt(whole.to) },
    ...largestWindows({ from: whole.to, to: range.to }, smaller),
  ];
}

type Size = (typeof sizes)[number];

function unsettledHours(now: Date, allowedLatenessSeconds: number): MinuteRange {
  const unsettledSeconds = Math.min(allowedLatenessSeconds + rollUpSeconds, maxUnsettledSeconds);
  // An hour is settled when its end is longer ago than that; if it is exactly as long ago, it is not yet.
  const firstHour = Math.ceil((now.getTime() - unsettledSeconds * 1_000) / hourMilliseconds) - 1;
  const hourOfNow = Math.floor(now.getTime() / hourMilliseconds);
  return { from: firstHour * 60, to: (hourOfNow + 2) * 60 };
}

function epochMinuteOf(windowStart: WindowStart): number {
  return Date.parse(windowStart) / minuteMilliseconds;
}

function windowStartAt(minute: number): WindowStart {
  return windowStartOf(minute as EpochMinute);
}
