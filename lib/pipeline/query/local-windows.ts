import { largestWindowsOf, type WindowRun } from '../../domain/compose-range.ts';
import type { MinuteRange } from '../../domain/completeness.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { DimensionField } from '../../domain/dimensions.ts';
import { firstLocalWindowFrom, localWindowAt } from '../../domain/local-window.ts';
import type { DayParts } from '../../domain/local-day.ts';
import { areHourly } from '../../domain/hours-of-day.ts';
import type { TimeZone } from '../../domain/time-zone.ts';
import { enclosingWindowStart, type RolledUpSize, type WindowStart } from '../../domain/window.ts';
import type { ServedWindow } from '../../ports/window-reader.ts';
import { partsOfLocalDays } from './local-days.ts';
import type { RangeReader } from './read-work.ts';

/** Local hours or days of a customer, with `from ≤ windowStart < to`. */
export interface LocalRange {
  readonly zone: TimeZone;
  readonly customerId: CustomerId;
  readonly windowSize: RolledUpSize;
  readonly from: WindowStart;
  readonly to: WindowStart;
  /** Dimensions to read; the counts of others are empty. By default all. */
  readonly fields?: ReadonlySet<DimensionField> | undefined;
  /** Only those after this one. */
  readonly after?: WindowStart | undefined;
}

/** The sum of stored windows that make up a local one. */
export interface WindowSum<Whole> {
  add(part: ServedWindow): void;
  /** Adds a local day; reports whether its parts fit together. If not, the sum must not be used any more. */
  addDay(parts: DayParts): boolean;
  /** Returns the local window; `undefined` if it has no parts. */
  window(windowStart: WindowStart): Whole | undefined;
}

const noFields: ReadonlySet<DimensionField> = new Set();
/** Local windows that are looked for at once: 100 days or 10 days' hours. Each time, stored windows are listed anew. */
const unitsAtOnce: Readonly<Record<RolledUpSize, number>> = { hour: 240, day: 100 };

/**
 * Reads local hours or days in time order; those without requests are absent. Each is composed of the largest stored windows
 * that fit: a local hour mostly of one, which stays as it is; a local day of a day of UTC with some hours added and others
 * subtracted, if all of them still fit together, or else of hours.
 *
 * It keeps no more than one local window and `atOnce` stored ones. Where there is nothing for a while, it looks for the next
 * stored day, so that the length of the range does not matter.
 * @param newSum  begins the sum of one local window
 */
export async function* localWindows<Whole>(
  range: LocalRange,
  reader: RangeReader,
  atOnce: number,
  newSum: () => WindowSum<Whole>,
): AsyncGenerator<Whole> {
  const { windowSize, zone, to, after } = range;
  const { dayReader } = reader;
  const isOfDays = windowSize === 'day' && !areHourly(range.fields) && dayReader !== undefined;
  let next =
    after === undefined
      ? firstLocalWindowFrom(range.from, windowSize, zone)
      : localWindowAt(after, windowSize, zone).to;
  while (next < to) {
    const units = unitsFrom(next, range);
    let isEmpty = true;
    const windows = isOfDays
      ? composedOfDays(units, range, { ...reader, dayReader }, atOnce, newSum)
      : composed(units, range, reader, atOnce, newSum);
    for await (const window of windows) {
      isEmpty = false;
      yield window;
    }
    next = units.at(-1)?.to ?? to;
    if (isEmpty) next = (await nextWithWindows(next, range, reader)) ?? to;
  }
}

/** Returns the local windows from one on, some at a time. */
function unitsFrom(first: WindowStart, { windowSize, zone, to }: LocalRange): MinuteRange[] {
  const units: MinuteRange[] = [];
  for (let next = first; next < to && units.length < unitsAtOnce[windowSize];) {
    const unit = localWindowAt(next, windowSize, zone);
    if (unit.to <= next) break; // the last minute of the year 9999
    units.push(unit);
    next = unit.to;
  }
  return units;
}

/** Returns the local window from which on there can be some, or `undefined`. */
async function nextWithWindows(
  from: WindowStart,
  { customerId, windowSize, zone, to }: LocalRange,
  reader: RangeReader,
): Promise<WindowStart | undefined> {
  const start = enclosingWindowStart(from, 'day');
  const days = { customerId, windowSize: 'day', from: start, to, fields: noFields } as const;
  for await (const { windowStart } of reader.windows(days, 1)) {
    return windowStart <= from ? from : localWindowAt(windowStart, windowSize, zone).from;
  }
  return undefined;
}

/** Composes local days, given side by side, of days of UTC as far as possible. */
async function* composedOfDays<Whole>(
  units: readonly MinuteRange[],
  range: LocalRange,
  reader: Required<RangeReader>,
  atOnce: number,
  newSum: () => WindowSum<Whole>,
): AsyncGenerator<Whole> {
  let others: MinuteRange[] = [];
  for await (const { unit, parts } of partsOfLocalDays(units, range, reader.dayReader, atOnce)) {
    const sum = newSum();
    if (parts === undefined || !sum.addDay(parts)) {
      others.push(unit);
      continue;
    }
    yield* composed(others, range, reader, atOnce, newSum);
    others = [];
    const window = sum.window(unit.from);
    if (window !== undefined) yield window;
  }
  yield* composed(others, range, reader, atOnce, newSum);
}

/** Composes local windows, given side by side, of the largest stored windows that fit. */
async function* composed<Whole>(
  units: readonly MinuteRange[],
  { customerId, fields }: LocalRange,
  reader: RangeReader,
  atOnce: number,
  newSum: () => WindowSum<Whole>,
): AsyncGenerator<Whole> {
  let place = 0;
  let sum = newSum();
  const end = function* (): Generator<Whole> {
    const unit = units[place];
    const window = unit && sum.window(unit.from);
    if (window !== undefined) yield window;
    place += 1;
    sum = newSum();
  };
  for (const run of runsOf(units)) {
    for await (const part of reader.windows({ customerId, fields, ...run }, atOnce)) {
      while (part.windowStart >= (units[place]?.to ?? part.windowStart) && place < units.length) yield* end();
      sum.add(part);
    }
  }
  yield* end();
}

/** Returns the stored windows that make up local ones, in time order; those of one size side by side as one run. */
function runsOf(units: readonly MinuteRange[]): WindowRun[] {
  const runs: WindowRun[] = [];
  for (const { from, to } of units) {
    for (const run of largestWindowsOf(from, to)) {
      const last = runs.at(-1);
      const isNext = last !== undefined && last.windowSize === run.windowSize && last.to === run.from;
      if (isNext) runs[runs.length - 1] = { ...last, to: run.to };
      else runs.push(run);
    }
  }
  return runs;
}
