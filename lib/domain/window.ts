import type { Brand } from './brand.ts';
import { minuteOfInstant } from './timestamp.ts';

/** The first instant of a window, ISO 8601 in UTC without a fraction: `2025-12-28T18:03:00Z`. */
export type WindowStart = Brand<string, 'WindowStart'>;

/** Whole minutes since 1970-01-01T00:00Z: a minute window as the hot path names it. */
export type EpochMinute = Brand<number, 'EpochMinute'>;

const minuteMilliseconds = 60_000;
const windowStartPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/;

/** The start of a minute window, as it is stored and served. */
export function windowStartOf(minute: EpochMinute): WindowStart {
  return `${new Date(minute * minuteMilliseconds).toISOString().slice(0, 16)}:00Z` as WindowStart;
}

/** The start of a minute window, or `undefined` where the text is not one. */
export function parseWindowStart(text: string): WindowStart | undefined {
  return windowStartPattern.test(text) && minuteOfInstant(text) !== undefined
    ? (text as WindowStart)
    : undefined;
}

/** The first minute that does not start before the instant. */
export function firstWindowStartFrom(instant: Date): WindowStart {
  return windowStartOf(Math.ceil(instant.getTime() / minuteMilliseconds) as EpochMinute);
}

/** The minute that is so many minutes before another. */
export function minutesBefore(windowStart: WindowStart, minutes: number): WindowStart {
  return windowStartOf((Date.parse(windowStart) / minuteMilliseconds - minutes) as EpochMinute);
}

/** Whether the minute ended more than `allowedLatenessSeconds` before `instant`. */
export function endedBefore(
  windowStart: WindowStart,
  instant: Date,
  allowedLatenessSeconds: number,
): boolean {
  const end = Date.parse(windowStart) + minuteMilliseconds;
  return instant.getTime() - end > allowedLatenessSeconds * 1_000;
}
