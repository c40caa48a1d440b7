import pMap, { pMapSkip } from 'p-map';
import { hourOfDay, type HourOfDay } from '../../domain/hours-of-day.ts';
import { partsPrefix, windowKey, type ObjectKey } from '../../domain/keys.ts';
import type { WindowName } from '../../domain/roll-up.ts';
import { isFromBefore, type Tombstone } from '../../domain/tombstone.ts';
import { addToSum, emptySum, type WindowSum } from '../../domain/window-sum.ts';
import {
  enclosingWindowStart,
  partSizeOf,
  type RolledUpSize,
  type WindowStart,
} from '../../domain/window.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readWindowCounts } from './read-window-counts.ts';

/** Starts of the first and the last part of a window. */
export interface PartEnds {
  readonly first: WindowStart;
  readonly last: WindowStart;
}

/** Sum of a window's parts, with every key that they have. */
export interface SumOfParts {
  /** Name of the window that has these parts. */
  readonly window: WindowName;
  readonly sum: WindowSum;
  readonly ends: PartEnds;
  /** Time when the youngest of them was written. */
  readonly updatedAt: Date;
  /** Hours of a day as it keeps them, in no order; empty for an hour. */
  readonly hours: readonly HourOfDay[];
}

const partsInFlight = 8;

/**
 * Adds up the minutes of an hour, or the hours of a day, as they are stored; returns `undefined` where there are none. Only a
 * few of them are in memory at a time, and the sum.
 * @param tombstone    minutes from before it do not count
 * @param onForgotten  is called with each minute from before it
 * @throws UnreadableFormat  one of them is damaged, written by a newer version, or at the place of another one
 */
export async function sumOfParts(
  key: ObjectKey,
  size: RolledUpSize,
  store: Pick<ObjectStore, 'get' | 'list'>,
  tombstone?: Tombstone,
  onForgotten?: (minute: ObjectKey, tombstone: Tombstone) => Promise<unknown>,
): Promise<SumOfParts | undefined> {
  const partSize = partSizeOf[size];
  const sum = emptySum();
  let window: WindowName | undefined;
  let ends: PartEnds | undefined;
  let updatedAt = new Date(0);
  const hours: HourOfDay[] = [];
  await pMap(
    store.list(partsPrefix(key, size)),
    async (partKey) => {
      const part = await readWindowCounts(partKey, partSize, store);
      if (part === undefined) return pMapSkip;
      if (tombstone !== undefined && 'batches' in part && isFromBefore(part, tombstone)) {
        await onForgotten?.(partKey, tombstone);
        return pMapSkip;
      }
      const { customerId, windowStart } = part;
      // Then the customer and the time are those of this window as well: both keys have them in the same places.
      if (windowKey(customerId, partSize, windowStart) !== partKey) {
        throw new UnreadableFormat(`The window ${partKey} is at the place of another one.`);
      }
      window = { customerId, windowSize: size, windowStart: enclosingWindowStart(windowStart, size) };
      if (part.updatedAt > updatedAt) updatedAt = part.updatedAt;
      ends = {
        first: ends === undefined || windowStart < ends.first ? windowStart : ends.first,
        last: ends === undefined || windowStart > ends.last ? windowStart : ends.last,
      };
      addToSum(sum, part);
      if (size === 'day') hours.push(hourOfDay(part));
      return pMapSkip; // else there would be a list of all results
    },
    { concurrency: partsInFlight },
  );
  return window && ends && { window, sum, ends, updatedAt, hours };
}
