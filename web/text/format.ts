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

/** Largest growth that is shown as a share. */
const mostGrowthShown = 10;

/** Formats by which share something grew: `12.5 %`, or how many times as much it is now: `12×`. */
export function formatGrowth(share: number): string {
  return share > mostGrowthShown ? `${wholeNumbers.format(Math.round(share + 1))}×` : formatShare(share);
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

/** Formats an instant: `18:03`, or `28 Dec, 18:03` if it is not today. */
export function formatMinute(instant: number, now: number, zone: string): string {
  const day = formatDay(instant, zone);
  const clock = formatClock(instant, zone);
  return day === formatDay(now, zone) ? clock : `${day}, ${clock}`;
}

/** Formats an instant: `28 Dec 2025, 18:03`. */
export function formatDateTime(instant: number, zone: string): string {
  const day = format(instant, zone, { day: 'numeric', month: 'short', year: 'numeric' });
  return `${day}, ${formatClock(instant, zone)}`;
}

/** Formats a range: `28 Dec 2025, 18:00 – 29 Dec 2025, 18:00`. For whole days it leaves out the clock. */
export function formatRange(from: number, to: number, zone: string): string {
  const date = (instant: number) =>
    format(instant, zone, { day: 'numeric', month: 'short', year: 'numeric' });
  if (areMidnights([from, to], zone)) return formatDays(from, to, zone);
  const [first, last] = [date(from), date(to - 1)];
  const [start, end] = [formatClock(from, zone), formatClock(to, zone)];
  return first === last ? `${first}, ${start} – ${end}` : `${first}, ${start} – ${date(to)}, ${end}`;
}

export function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Formats whole days: `17–20 May 2015`. */
export function formatDays(from: number, to: number, zone: string): string {
  const text = formatterOf(zone, { day: 'numeric', month: 'short', year: 'numeric' }).formatRange(
    from,
    to - 1,
  );
  // Browsers differ in the spaces around the dash.
  return text.replace(/\s–\s/, ' – ').replace(/^(\d+) – (\d+ )/, '$1–$2');
}

function areMidnights(instants: readonly number[], zone: string): boolean {
  return instants.every((instant) => startOfDay(instant, zone) === instant);
}

function format(instant: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  return formatterOf(zone, options).format(instant);
}

function formatterOf(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  const formatter = formatters.get(key) ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
  formatters.set(key, formatter);
  return formatter;
}

/** Formats an instant with its year: `4 Jan 2026, 18:12`. */
export function formatInstant(instant: number, zone: string): string {
  const day = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  return `${format(instant, zone, day)}, ${formatClock(instant, zone)}`;
}
