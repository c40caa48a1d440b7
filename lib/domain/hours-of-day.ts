import { isObject } from '../is-object.ts';
import { countsText, type CountsText } from './counts-text.ts';
import type { CustomerId } from './customer-id.ts';
import { mapDimensions, requestsToJson, type DimensionField } from './dimensions.ts';
import { durationSumOf } from './measures.ts';
import type { ServedWindow } from './served-window.ts';
import { unpackNumbers } from './packed-numbers.ts';
import { areBuckets, packMeasures, toStoredMeasures, type StoredMeasures } from './stored-measures.ts';
import { isVisitorsText } from './visitors.ts';
import type { WindowCounts } from './window-aggregate.ts';
import { parseWindowStart, type WindowStart } from './window.ts';

/**
 * The hours of a day, without the dimensions that have many keys: a second line behind a stored day, in a format of its own, which
 * a reader of the first line does not see. A year of local days is read from as many objects as it has days, and not from 24 times as
 * many. The hours themselves remain the truth: a day without this line, or with one that is not understood, is read from them.
 */
const formatVersion = 1;

/** Dimensions that a day has by the hour. */
const hourlyFields = [
  'requestsByStatus',
  'requestsByAgentClass',
] as const satisfies readonly DimensionField[];
const hourlyNames: ReadonlySet<DimensionField> = new Set(hourlyFields);

const lineBreak = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const noCounts: CountsText = countsText(new Map());

/** Reports whether a day has all of these dimensions by the hour. */
export function areHourly(
  fields: ReadonlySet<DimensionField> | undefined,
): fields is ReadonlySet<DimensionField> {
  return fields !== undefined && [...fields].every((field) => hourlyNames.has(field));
}

/** One hour of the line. */
export type HourOfDay = Readonly<Record<string, unknown>> & { readonly windowStart: WindowStart };

/** Returns what the line has of an hour. */
export function hourOfDay({ counts, measures, ...hour }: Omit<WindowCounts, 'customerId'>): HourOfDay {
  const { windowStart, requests, revision, lateRequests, updatedAt } = hour;
  const { bytes, durations, visitors } = toStoredMeasures(measures, [], counts.requestsByPath);
  return {
    windowStart,
    requests,
    revision,
    lateRequests,
    updatedAt,
    requestsByStatus: requestsToJson(counts.requestsByStatus),
    requestsByAgentClass: requestsToJson(counts.requestsByAgentClass),
    ...packMeasures({ bytes, durations, visitors }),
    ...(measures && durations && { durationMs: durationSumOf(measures) }),
  };
}

/** Encodes the line, to be put behind the day. */
export function encodeHoursOfDay(hours: readonly HourOfDay[]): Buffer {
  const inOrder = hours.toSorted((a, b) => (a.windowStart < b.windowStart ? -1 : 1));
  return Buffer.from(`${JSON.stringify({ formatVersion, hours: inOrder })}\n`);
}

/**
 * Reports whether the line behind a stored day, if it has one, is that of its hours. A day of an earlier version has none and is
 * read from its hours; an hour never has one.
 * @param line  as `encodeHoursOfDay` makes it of the hours
 */
export function hasHours(day: Buffer, line: Buffer): boolean {
  const stored = hoursLineOf(day);
  return stored.length === 0 || stored.equals(line);
}

/** Returns the bytes of the line in a stored day; empty if it has none. */
export function hoursLineOf(day: Buffer): Buffer {
  const end = day.indexOf(lineBreak);
  return end < 0 ? day.subarray(day.length) : day.subarray(end + 1);
}

/**
 * Decodes the hours of a stored day, in time order; returns `undefined` if it has no line of them that this version understands.
 * @param fields  dimensions to read, as `areHourly` accepts them
 */
export function decodeHoursOfDay(
  day: Buffer,
  customerId: CustomerId,
  fields: ReadonlySet<DimensionField>,
): readonly ServedWindow[] | undefined {
  const hours = hoursIn(hoursLineOf(day));
  const served = hours?.map((hour) => servedHour(hour, customerId, fields));
  return served?.every((hour) => hour !== undefined) === true ? served : undefined;
}

function hoursIn(line: Buffer): readonly unknown[] | undefined {
  if (line.at(-1) !== lineBreak) return undefined;
  try {
    const document: unknown = JSON.parse(line.toString());
    if (!isObject(document) || document.formatVersion !== formatVersion) return undefined;
    return Array.isArray(document.hours) ? document.hours : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Reads an hour of the line; returns `undefined` if it is not as `hourOfDay` writes it. A year has 8,760 of them: a schema takes
 * twice the time of everything else that is done with them.
 */
function servedHour(
  hour: unknown,
  customerId: CustomerId,
  fields: ReadonlySet<DimensionField>,
): ServedWindow | undefined {
  if (!isObject(hour)) return undefined;
  const { requests, revision, lateRequests, bytes, durationMs } = hour;
  const windowStart = typeof hour.windowStart === 'string' ? parseWindowStart(hour.windowStart) : undefined;
  const updatedAt = new Date(typeof hour.updatedAt === 'string' ? hour.updatedAt : Number.NaN);
  const durations = typeof hour.durations === 'string' ? unpackNumbers(hour.durations) : undefined;
  const visitors = typeof hour.visitors === 'string' ? hour.visitors : undefined;
  const isRight =
    windowStart !== undefined &&
    isCount(requests) &&
    isCount(revision) &&
    isCount(lateRequests) &&
    !Number.isNaN(updatedAt.getTime()) &&
    (bytes === undefined || isCount(bytes)) &&
    (hour.durations === undefined || (durations !== undefined && areBuckets(durations))) &&
    (hour.durations === undefined) === (durationMs === undefined) &&
    (durationMs === undefined || isCount(durationMs)) &&
    (hour.visitors === undefined || (visitors !== undefined && isVisitorsText(visitors)));
  if (!isRight) return undefined;
  const counts = mapDimensions(() => noCounts);
  for (const field of hourlyFields) {
    if (!fields.has(field)) continue;
    const text = textOf(hour[field]);
    if (text === undefined) return undefined;
    counts[field] = text;
  }
  const measures: StoredMeasures = {
    bytes,
    durations,
    ...(durationMs !== undefined && { pathDurationMs: [durationMs] }),
    visitors,
  };
  const hasMeasures = bytes !== undefined || durations !== undefined || visitors !== undefined;
  const known = { customerId, windowStart, requests, revision, lateRequests, updatedAt, counts };
  return hasMeasures ? { ...known, measures } : known;
}

/** Returns counts as text; `undefined` if they are none. */
function textOf(counts: unknown): CountsText | undefined {
  if (!isObject(counts)) return undefined;
  for (const key of Object.keys(counts)) if (!isCount(counts[key]) || counts[key] === 0) return undefined;
  const text = JSON.stringify(counts);
  let escapes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote || code === backslash) escapes += 1;
  }
  return { json: Buffer.from(text), escapes };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
