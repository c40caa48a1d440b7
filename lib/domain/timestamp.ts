import type { EpochMinute } from './epoch-minute.ts';

const minutesPerDay = 1_440;
const daysPerEra = 146_097;
const daysFromYearZeroToEpoch = 719_468;
const firstMinute = 0;
const startsMinute = /:00(?:\.0+)?(?:z|[+-]\d\d:\d\d)$/i;
/** The last minute of the year 9999. */
export const lastMinute = 4_223_371_679;

/**
 * Returns the minute window that an RFC 3339 instant falls into, or `undefined` if the text is not a real instant of
 * the years 1970–9999 (UTC). It accepts any offset, 0–9 decimals, and `T` and `Z` in either case; a leap second
 * (`:60`) belongs to the last minute of its month, the only place where it can be (RFC 3339, section 5.7).
 *
 * It works with character codes since it runs once per entry: it takes 60 ns, while `Date.parse` takes 150 ns,
 * accepts texts that are not RFC 3339 instants, and does not know leap seconds.
 */
export function minuteOfInstant(text: string): EpochMinute | undefined {
  if (
    text.length < 20 ||
    text.charCodeAt(4) !== 0x2d ||
    text.charCodeAt(7) !== 0x2d ||
    (text.charCodeAt(10) | 0x20) !== 0x74 ||
    text.charCodeAt(13) !== 0x3a ||
    text.charCodeAt(16) !== 0x3a
  ) {
    return undefined;
  }
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // A part that is not two digits is NaN, and every comparison with NaN fails.
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)))
    return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return undefined;

  const offset = offsetMinutes(text, endOfFraction(text));
  if (offset === undefined) return undefined;
  const result = daysSinceEpoch(year, month, day) * minutesPerDay + hour * 60 + minute - offset;
  if (result < firstMinute || result > lastMinute) return undefined;
  if (second === 60 && !isLastMinuteOfMonth(result)) return undefined;
  return result as EpochMinute;
}

/** Returns the first minute that does not start before an RFC 3339 instant; `undefined` if the text is not one. */
export function firstMinuteFrom(text: string): EpochMinute | undefined {
  const minute = minuteOfInstant(text);
  if (minute === undefined || startsMinute.test(text)) return minute;
  return Math.min(minute + 1, lastMinute) as EpochMinute;
}

/**
 * Returns the minute that an RFC 3339 instant starts; `undefined` if the text is not an instant, or within a minute.
 */
export function minuteStartedBy(text: string): EpochMinute | undefined {
  return startsMinute.test(text) ? minuteOfInstant(text) : undefined;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Returns where the offset begins: after the seconds and their 1–9 decimals, if any; -1 if these are malformed. */
function endOfFraction(text: string): number {
  if (text.charCodeAt(19) !== 0x2e) return 19;
  let end = 20;
  while (text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end++;
  return end > 20 && end <= 29 ? end : -1;
}

/** Returns the minutes east of UTC. */
function offsetMinutes(text: string, at: number): number | undefined {
  if (at < 0) return undefined;
  const sign = text.charCodeAt(at);
  if ((sign | 0x20) === 0x7a) return text.length === at + 1 ? 0 : undefined;
  if ((sign !== 0x2b && sign !== 0x2d) || text.length !== at + 6 || text.charCodeAt(at + 3) !== 0x3a)
    return undefined;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  if (!(hours <= 23 && minutes <= 59)) return undefined;
  return (sign === 0x2b ? 1 : -1) * (hours * 60 + minutes);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Returns the days since 1970-01-01, proleptic Gregorian: years start in March, so that the leap day is the last of a
 * year.
 */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPerEra + dayOfEra - daysFromYearZeroToEpoch;
}

/**
 * Returns the date, such as `2025-12-28`, this many days after 1970-01-01, up to the year 9999. It takes a quarter of
 * the time of `toISOString`, which matters if a batch has a window for each of 10,000 minutes.
 */
export function dateOfDay(daysSinceEpoch: number): string {
  const days = daysSinceEpoch + daysFromYearZeroToEpoch;
  const era = Math.floor(days / daysPerEra);
  const dayOfEra = days - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`;
}

function isLastMinuteOfMonth(minute: number): boolean {
  return new Date((minute + 1) * 60_000).toISOString().slice(8, 16) === '01T00:00';
}
