import { ctimeParts } from './ctime.ts';
import { monthOf } from './month.ts';

const clf =
  /^\[?([\d ]?\d)[/-](\p{L}{3,10}\.?)[/-](\d{4})[: T](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d))?\]?$/u;
const iso =
  /^\[?(\d{4})[-/](\d\d)[-/](\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,12}))?(?: ?(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)(?: [A-Z]{3,4})?)?(?: m=[+-][\d.]{1,30})?\]?$/;
/** The same without seconds, as Java writes whole minutes; without separators; and with the name of a zone behind the offset. */
const isoWithoutSeconds = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/;
const isoBasic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z|[+-]\d\d:?\d\d)$/;
const zoneName = /(Z|[+-]\d\d:\d\d)\[[\w/+-]{1,40}\]$/;
/** RFC 1123 and the form of `Date.prototype.toUTCString()`. */
const web =
  /^\[?(?:[A-Z][a-z]{2}, )?(\d\d?)[ -]([A-Z][a-z]{2})[ -](\d{4}) (\d\d:\d\d:\d\d) (Z|UTC|GMT|[+-]\d\d:?\d\d)\]?$/;
/** The two forms that nearly all logs have; to test one takes a fifth of the time of taking a time apart. */
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const usualClf = /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}$/;
/** `2026-03-04T05:06:07`. */
const shortestText = 19;
const number = /^\d{1,19}(?:\.\d+)?(?:e\+\d\d)?$/;
const lastMillisecond = 253_402_300_799_999;
/** Numbers below are durations or counters, not instants: 1973-03-03 in seconds. */
const firstNumber = 1e8;

/**
 * Returns the RFC 3339 form of an instant as logs write it: RFC 3339, also with a blank, a comma or without the colon of its
 * offset; a time of the Common Log Format, also with decimals and in brackets; an HTTP date; or a number of seconds,
 * milliseconds, microseconds or nanoseconds since 1970, recognised by its size. It does not check that the day exists.
 * @param utcOffset  the offset of a time that has none
 * @returns `undefined` for another text, and for a time without an offset where `utcOffset` is not given
 */
export function instantOf(text: string, utcOffset?: string): string | undefined {
  if (rfc3339.test(text)) return text;
  if (usualClf.test(text)) {
    const date = dateOf(text.slice(7, 11), text.slice(3, 6), text.slice(0, 2));
    if (date === undefined) return undefined;
    return `${date}T${text.slice(12, 20)}${text.slice(21, 24)}:${text.slice(24)}`;
  }
  if (number.test(text)) return instantOfNumber(Number(text));
  if (text.length < shortestText) return instantOfRareForm(text);
  const isoParts = iso.exec(text);
  if (isoParts !== null) {
    const [, year = '', month = '', day = '', clock = '', fraction, offset] = isoParts;
    return join(`${year}-${month}-${day}`, clock, fraction, offset ?? utcOffset);
  }
  const clfParts = clf.exec(text);
  if (clfParts !== null) {
    const [, day = '', name = '', year = '', clock = '', fraction, offset] = clfParts;
    return join(dateOf(year, name, day.trim().padStart(2, '0')), clock, fraction, offset ?? utcOffset);
  }
  const webParts = web.exec(text);
  if (webParts !== null) {
    const [, day = '', name = '', year = '', clock = '', offset] = webParts;
    return join(dateOf(year, name, day.padStart(2, '0')), clock, undefined, offset);
  }
  const parts = ctimeParts(text);
  if (parts !== undefined) {
    const { year, month, day, clock, fraction, offset } = parts;
    return join(dateOf(year, month, day), clock, fraction, offset ?? utcOffset);
  }
  return instantOfRareForm(text);
}

function instantOfRareForm(text: string): string | undefined {
  if (text.endsWith(']') && zoneName.test(text)) return instantOf(text.replace(zoneName, '$1'));
  const [, minute, offset] = isoWithoutSeconds.exec(text) ?? [];
  if (minute !== undefined) return `${minute}:00${offset}`;
  const [, year, month, day, hour, min, second, zone] = isoBasic.exec(text) ?? [];
  return year === undefined
    ? undefined
    : join(`${year}-${month}-${day}`, `${hour}:${min}:${second}`, undefined, zone);
}

/** Returns `2000-10-10`, or `undefined` where the month is not known. */
function dateOf(year: string, monthName: string, day: string): string | undefined {
  const month = monthOf(monthName);
  return month === undefined ? undefined : `${year}-${month < 10 ? '0' : ''}${month}-${day}`;
}

function join(
  date: string | undefined,
  clock: string,
  fraction: string | undefined,
  offset: string | undefined,
): string | undefined {
  if (date === undefined || offset === undefined) return undefined;
  const decimals = fraction === undefined ? '' : `.${fraction.slice(0, 9)}`;
  return `${date}T${clock}${decimals}${withColon(offset)}`;
}

function withColon(offset: string): string {
  if (offset.length === 6) return offset;
  if (!/^[+-]/.test(offset)) return 'Z';
  return offset.length === 3 ? `${offset}:00` : `${offset.slice(0, 3)}:${offset.slice(3)}`;
}

function instantOfNumber(value: number): string | undefined {
  const milliseconds = millisecondsOf(value);
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

/**
 * Returns the milliseconds since 1970 of a number that logs write for an instant. It finds the unit by size: from March 1973
 * on, one unit counts more than the next larger one up to the year 5138.
 */
export function millisecondsOf(value: number): number | undefined {
  if (!(value >= firstNumber)) return undefined;
  const milliseconds =
    value < 1e11 ? value * 1_000 : value < 1e14 ? value : value < 1e17 ? value / 1_000 : value / 1e6;
  return milliseconds <= lastMillisecond ? milliseconds : undefined;
}
