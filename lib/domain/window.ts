import type { Brand } from './brand.ts';
import type { EpochMinute } from './epoch-minute.ts';
import { dateOfDay, lastMinute, minuteOfInstant } from './timestamp.ts';

/** The first instant of a window, ISO 8601 in UTC without a fraction: `2025-12-28T18:03:00Z`. */
export type WindowStart = Brand<string, 'WindowStart'>;

/** Sizes of windows. Hours and days are UTC's. */
export const windowSizes = ['minute', 'hour', 'day'] as const;
export type WindowSize = (typeof windowSizes)[number];

/** The sizes whose windows are sums of smaller ones. */
export type RolledUpSize = Exclude<WindowSize, 'minute'>;
export const partSizeOf = { hour: 'minute', day: 'hour' } as const satisfies Record<RolledUpSize, WindowSize>;

const minuteMilliseconds = 60_000;
const minutesPerHour = 60;
const hoursPerDay = 24;
const twoDigits = (number: number): string => (number < 10 ? `0${number}` : `${number}`);
/** Ends of window starts, by the minute of the hour. */
const minuteEnds = Array.from({ length: minutesPerHour }, (_, minute) => `${twoDigits(minute)}:00Z`);
const sizeMilliseconds: Readonly<Record<WindowSize, number>> = {
  minute: minuteMilliseconds,
  hour: 60 * minuteMilliseconds,
  day: 24 * 60 * minuteMilliseconds,
};
const windowStartPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/;

/** Returns the start of a minute window, in its stored and served form. */
export function windowStartOf(minute: EpochMinute): WindowStart {
  const hour = Math.floor(minute / minutesPerHour);
  if (hour !== lastHour.hour) lastHour = { hour, start: startOfHour(hour) };
  return `${lastHour.start}${minuteEnds[minute - hour * minutesPerHour]}` as WindowStart;
}

/** The hour of the last call: the next minute is usually in the same one, and a batch can have 10,000 minutes. */
let lastHour = { hour: 0, start: startOfHour(0) };

function startOfHour(hour: number): string {
  const day = Math.floor(hour / hoursPerDay);
  return `${dateOfDay(day)}T${twoDigits(hour - day * hoursPerDay)}:`;
}

/** Reports whether a minute window ended more than `allowedLatenessSeconds` before `instant`. */
export function minuteEndedBefore(
  minute: EpochMinute,
  instant: Date,
  allowedLatenessSeconds: number,
): boolean {
  return instant.getTime() - (minute + 1) * minuteMilliseconds > allowedLatenessSeconds * 1_000;
}

/** Parses the start of a minute window; returns `undefined` if the text is not one. */
export function parseWindowStart(text: string): WindowStart | undefined {
  return windowStartPattern.test(text) && minuteOfInstant(text) !== undefined
    ? (text as WindowStart)
    : undefined;
}

/** Returns the first minute that does not start before the instant. */
export function firstWindowStartFrom(instant: Date): WindowStart {
  return windowStartOf(Math.ceil(instant.getTime() / minuteMilliseconds) as EpochMinute);
}

/** Returns the minute this many minutes before another, but not before 1970, where time begins here. */
export function minutesBefore(windowStart: WindowStart, minutes: number): WindowStart {
  return windowStartOf(Math.max(0, Date.parse(windowStart) / minuteMilliseconds - minutes) as EpochMinute);
}

/** Returns the earlier one of two starts. */
export function earlierStart(a: WindowStart, b: WindowStart): WindowStart {
  return a < b ? a : b;
}

/** Returns the later one of two starts. */
export function laterStart(a: WindowStart, b: WindowStart): WindowStart {
  return a > b ? a : b;
}

/** Returns the start of the hour, or the day, that contains a minute. */
export function enclosingWindowStart(minute: WindowStart, size: WindowSize): WindowStart {
  const milliseconds = Date.parse(minute);
  const start = milliseconds - (milliseconds % sizeMilliseconds[size]);
  return windowStartOf((start / minuteMilliseconds) as EpochMinute);
}

/** Returns the first start of a day that is not before a minute; at the end of the year 9999, its last minute. */
export function firstDayStartFrom(minute: WindowStart): WindowStart {
  const day = enclosingWindowStart(minute, 'day');
  if (day === minute) return day;
  const next = endOfWindow(day, 'day').getTime() / minuteMilliseconds;
  return windowStartOf(Math.min(next, lastMinute) as EpochMinute);
}

/** Returns the first instant after a window. */
export function endOfWindow(windowStart: WindowStart, size: WindowSize): Date {
  return new Date(Date.parse(windowStart) + sizeMilliseconds[size]);
}

/** Returns the minutes of a window: those with `from ≤ minute < to`. */
export function minutesOfWindow(
  windowStart: WindowStart,
  size: WindowSize,
): { readonly from: WindowStart; readonly to: WindowStart } {
  const end = endOfWindow(windowStart, size).getTime() / minuteMilliseconds;
  return { from: windowStart, to: windowStartOf(end as EpochMinute) };
}

/** Reports whether a minute window starts more than `seconds` after `instant`. */
export function minuteStartsAfter(minute: EpochMinute, instant: Date, seconds: number): boolean {
  return minute * minuteMilliseconds - instant.getTime() > seconds * 1_000;
}
