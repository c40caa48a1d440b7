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
/** However long late data is waited for, so much of the past is read by the minute, and no more. */
const maxUnsettledSeconds = 86_400;
/** By then what came last for an hour before it was complete has been rolled up; deployed, that takes a minute or two. */
const rollUpSeconds = 300;

/**
 * The windows that a range is put together from, in the order of time: whole days, then hours, then minutes at its
 * ragged edges. An hour is rolled up some time after its minutes, so hours that live data still comes for are read by
 * the minute: those that are not complete, or only just, up to the hour after that of `now`, as clocks differ.
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
  // An hour is settled when its end is longer ago than that, and not yet when it is exactly as long ago.
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
