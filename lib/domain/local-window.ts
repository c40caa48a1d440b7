import type { MinuteRange } from './completeness.ts';
import type { EpochMinute } from './epoch-minute.ts';
import type { TimeZone } from './time-zone.ts';
import { lastMinute } from './timestamp.ts';
import {
  minutesOfWindow,
  windowStartOf,
  type RolledUpSize,
  type WindowSize,
  type WindowStart,
} from './window.ts';

const minuteMilliseconds = 60_000;
const hourMilliseconds = 60 * minuteMilliseconds;
const dayMilliseconds = 24 * hourMilliseconds;

/**
 * Returns the minutes of the local hour, or the local day, that contains a minute.
 *
 * An hour begins when clocks show a full hour, and when they are changed; so it has 60 minutes except where they are changed by
 * half an hour. A day begins when clocks show its date for the first time, and lasts until they show a later one; so days have
 * 23 to 25 hours, rarely fewer or more, and a date that clocks skip has no day. A unit that begins within a minute, as in Liberia until 1972, gets
 * the minutes that start in it. Time begins with the year 1970 of UTC, and ends with the year 9999.
 */
export function localWindowAt(minute: WindowStart, size: RolledUpSize, zone: TimeZone): MinuteRange {
  const instant = Date.parse(minute);
  const { from, to } = size === 'hour' ? hourAt(instant, zone) : dayAt(instant, zone);
  return { from: minuteFrom(from), to: minuteFrom(to) };
}

/** Returns the minutes of a window: a local hour or day, or a window of UTC without a zone. */
export function minutesOfLocalWindow(
  windowStart: WindowStart,
  size: WindowSize,
  zone: TimeZone | undefined,
): MinuteRange {
  return zone === undefined || size === 'minute'
    ? minutesOfWindow(windowStart, size)
    : localWindowAt(windowStart, size, zone);
}

/** Returns a range that is rounded outward to whole local hours or days. */
export function roundOutward(range: MinuteRange, size: RolledUpSize, zone: TimeZone): MinuteRange {
  const last = localWindowAt(range.to, size, zone);
  return {
    from: localWindowAt(range.from, size, zone).from,
    to: last.from === range.to ? range.to : last.to,
  };
}

/** Returns the first local hour or day that does not start before a minute. */
export function firstLocalWindowFrom(minute: WindowStart, size: RolledUpSize, zone: TimeZone): WindowStart {
  const window = localWindowAt(minute, size, zone);
  return window.from === minute ? minute : window.to;
}

interface Instants {
  readonly from: number;
  readonly to: number;
}

function hourAt(instant: number, zone: TimeZone): Instants {
  const offset = zone.offsetAt(instant);
  const wall = instant + offset;
  const from = wall - modulo(wall, hourMilliseconds) - offset;
  const to = from + hourMilliseconds;
  const changes = zone.changesWithin(from + 1, to);
  return {
    from: changes.findLast((change) => change <= instant) ?? from,
    to: changes.find((change) => change > instant) ?? to,
  };
}

function dayAt(instant: number, zone: TimeZone): Instants {
  const wall = instant + zone.offsetAt(instant);
  let midnight = wall - modulo(wall, dayMilliseconds);
  let from = zone.firstInstantAt(midnight);
  for (;;) {
    midnight += dayMilliseconds;
    const to = zone.firstInstantAt(midnight);
    // Clocks that were set back over midnight show the date before again, but its day is over.
    if (to > instant) return { from, to };
    from = to;
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** Returns the first minute that does not start before an instant. */
function minuteFrom(instant: number): WindowStart {
  const minute = Math.ceil(instant / minuteMilliseconds);
  return windowStartOf(Math.min(Math.max(minute, 0), lastMinute) as EpochMinute);
}
