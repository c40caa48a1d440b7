import type { DimensionField } from '../../domain/dimensions.ts';
import { decodeHoursOfDay } from '../../domain/hours-of-day.ts';
import { windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import type { ServedWindow } from '../../domain/served-window.ts';
import { earlierStart, enclosingWindowStart, laterStart, minutesOfWindow } from '../../domain/window.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { WindowRange } from '../../ports/window-reader.ts';
import { readGroups } from './read-groups.ts';

/** Days read for each hour that may be read at once: a day has many keys. */
const daysPerHour = 1 / 2;

interface HourRange extends WindowRange {
  /** Dimensions that a day has by the hour. */
  readonly fields: ReadonlySet<DimensionField>;
}

type Windows = (range: WindowRange) => AsyncIterable<ServedWindow>;

/**
 * Reads hours from their days, which have them without the dimensions of many keys. Hours of a day that does not exist yet, or
 * that an earlier version has written, are read themselves.
 *
 * A day is written after its hours. Until it is, its minutes wait to be rolled up, and no answer calls it complete.
 * @param daysOf  lists the keys of days in time order
 * @param hoursOf reads hours themselves
 */
export async function* hoursInDays(
  range: HourRange,
  daysOf: (days: WindowRange) => AsyncIterable<ObjectKey>,
  hoursOf: Windows,
  store: Pick<ObjectStore, 'get'>,
  atOnce: number,
): AsyncGenerator<ServedWindow> {
  const { customerId, fields, to, after } = range;
  const isWanted = ({ windowStart }: ServedWindow) =>
    windowStart >= range.from && windowStart < to && (after === undefined || windowStart > after);
  const read = async (key: ObjectKey) => {
    const object = await store.get(key);
    const hours = object && decodeHoursOfDay(object.body, customerId, fields);
    return { from: windowStartOfKey(key), hours: hours?.filter(isWanted) };
  };
  const begin = after === undefined || after < range.from ? range.from : after;
  const days: WindowRange = {
    customerId,
    windowSize: 'day',
    from: enclosingWindowStart(begin, 'day'),
    to,
  };
  const daysAtOnce = Math.ceil(atOnce * daysPerHour);
  let next = begin;
  for await (const group of readGroups(daysOf(days), daysAtOnce, read)) {
    for (const { from, hours } of group) {
      const dayTo = minutesOfWindow(from, 'day').to;
      if (next < from) yield* hoursOf({ ...range, from: next, to: from });
      if (hours !== undefined) yield* hours;
      else yield* hoursOf({ ...range, from: laterStart(from, begin), to: earlierStart(dayTo, to) });
      next = dayTo;
    }
  }
  if (next < to) yield* hoursOf({ ...range, from: next });
}
