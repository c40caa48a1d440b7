import { parseClfTime } from './clf-time.ts';

const time = /^\d\d:\d\d:\d\d(?:\.\d+)?$/;
const number = /^\d{1,19}(?:\.\d+)?$/;
const almostRfc3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:[.,]\d+)?)(Z|z|[+-]\d\d:?\d\d)$/;
const lastMillisecond = 253_402_300_799_999;

/**
 * Returns the RFC 3339 form of an instant in a JSON log, which may be such a text, also with a space or without the colon
 * of its offset; a time of the Common Log Format; seconds since 1970 (or milli-, micro- or nanoseconds, recognised by their
 * size); or a time of a `date` in UTC beside it. It returns any other value as text.
 */
export function instantOf(value: unknown, date: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (number.test(text)) return instantOfNumber(Number(text)) ?? text;
  if (typeof date === 'string' && time.test(text)) return `${date}T${text}Z`;
  const [, day, clock = '', offset = ''] = almostRfc3339.exec(text) ?? [];
  if (day === undefined) return parseClfTime(text) ?? text;
  const withColon = offset.length === 5 ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset;
  return `${day}T${clock.replace(',', '.')}${withColon}`;
}

/** Finds the unit by size: from March 1973 on, one unit counts more than the next larger one up to the year 5138. */
function instantOfNumber(value: number): string | undefined {
  const milliseconds =
    value < 1e11 ? value * 1_000 : value < 1e14 ? value : value < 1e17 ? value / 1_000 : value / 1e6;
  return milliseconds <= lastMillisecond ? new Date(milliseconds).toISOString() : undefined;
}
