import { dayMilliseconds, type Unit } from '../period/period.ts';
import { startOfDay } from '../period/zone.ts';

/** Words and numbers on the page: English, with a 24-hour clock, in the zone that the page names. */

const wholeNumbers = new Intl.NumberFormat('en');
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const shortNumbers = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const formatters = new Map<string, Intl.DateTimeFormat>();

export function formatCount(count: number): string {
  return wholeNumbers.format(count);
}

/** Formats a number for axes, which are short of space: `12.5K`. */
export function formatShort(count: number): string {
  return shortNumbers.format(count);
}

/** Formats a share: `12.5 %`. A small share is never shown as 0 %, and an incomplete one never as 100 %. */
export function formatShare(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  if (share < 0.001) return '< 0.1 %';
  if (share < 1 && share > 0.999) return '> 99.9 %';
  return `${(share < 10 ? tenths : wholeNumbers).format(share * 100)} %`;
}

/** Formats the start of a unit: `Sun 28 Dec, 18:03`, without a clock for days. */
function formatUnitStart(instant: number, unit: Unit, zone: string): string {
  const day = { weekday: 'short', day: 'numeric', month: 'short' } as const;
  if (unit === 'day') return format(instant, zone, day);
  return `${format(instant, zone, day)}, ${formatClock(instant, zone)}`;
}

/** Formats a unit, or a part of one: `Sun 28 Dec, 18:00–19:00`. */
export function formatUnit(from: number, to: number, unit: Unit, zone: string): string {
  if (unit === 'minute' || (unit === 'day' && areMidnights([from, to], zone)))
    return formatUnitStart(from, unit, zone);
  return `${formatUnitStart(from, 'hour', zone)}–${formatClock(to, zone)}`;
}

/** Formats an instant: `18:03`. */
export function formatClock(instant: number, zone: string): string {
  return format(instant, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** Formats an instant: `18:03:07`. */
export function formatTime(instant: number, zone: string): string {
  return format(instant, zone, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
}

/** Formats an instant: `28 Dec`. */
export function formatDay(instant: number, zone: string): string {
  return format(instant, zone, { day: 'numeric', month: 'short' });
}

/** Formats an instant: `18:03:07`, or `28 Dec, 18:03:07` if it is not today. */
export function formatMoment(instant: number, now: number, zone: string): string {
  const day = formatDay(instant, zone);
  const time = formatTime(instant, zone);
  return day === formatDay(now, zone) ? time : `${day}, ${time}`;
}

/** Formats an instant for a list: `18:03`, or `28 Dec, 18:03` if it is not today, or `28 Dec 2024` long ago. */
export function formatWhen(instant: number, now: number, zone: string): string {
  const day = formatDay(instant, zone);
  if (now - instant > 300 * dayMilliseconds)
    return format(instant, zone, { day: 'numeric', month: 'short', year: 'numeric' });
  const clock = formatClock(instant, zone);
  return day === formatDay(now, zone) ? clock : `${day}, ${clock}`;
}

/** Formats a range: `28 Dec 2025, 18:00 – 29 Dec 2025, 18:00`. For whole days it leaves out the clock. */
export function formatRange(from: number, to: number, unit: Unit, zone: string): string {
  const date = (instant: number) =>
    format(instant, zone, { day: 'numeric', month: 'short', year: 'numeric' });
  if (unit === 'day' && areMidnights([from, to], zone)) {
    const last = date(to - 1);
    return date(from) === last ? last : `${date(from)} – ${last}`;
  }
  const [first, last] = [date(from), date(to - 1)];
  const [start, end] = [formatClock(from, zone), formatClock(to, zone)];
  return first === last ? `${first}, ${start} – ${end}` : `${first}, ${start} – ${date(to)}, ${end}`;
}

function areMidnights(instants: readonly number[], zone: string): boolean {
  return instants.every((instant) => startOfDay(instant, zone) === instant);
}

function format(instant: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${zone} ${JSON.stringify(options)}`;
  const formatter = formatters.get(key) ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
  formatters.set(key, formatter);
  return formatter.format(instant);
}
