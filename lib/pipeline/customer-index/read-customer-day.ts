import { readCountsText } from '../../domain/counts-text.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { errorsIn, type CustomerDay } from '../../domain/customer-index.ts';
import { windowKey, type ObjectKey } from '../../domain/keys.ts';
import { decodeServedWindow } from '../../domain/served-window.ts';
import { NewerFormat, UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readWindowStart } from '../roll-up/read-window-counts.ts';
import { minuteEndsOf } from './minutes-of-day.ts';

/** A day as its windows have it. */
export interface ReadDay {
  readonly customerId: CustomerId;
  readonly day: CustomerDay;
  /** Time when the day was rolled up last. */
  readonly updatedAt: Date;
}

/**
 * Reads a day for the index: its counts from the window at the key, first and last minute from the names of minutes.
 * Returns `undefined` if the day or all its minutes are absent. So is a damaged day, which an audit reports: it does
 * not keep the customer's other days out of the index.
 * @throws NewerFormat  a newer version wrote the day
 */
export async function readCustomerDay(
  dayKey: ObjectKey,
  store: Pick<ObjectStore, 'get' | 'list'>,
): Promise<ReadDay | undefined> {
  const window = await readDayWindow(dayKey, store);
  if (window === undefined) return undefined;
  const { customerId, windowStart, requests, counts, updatedAt } = window;
  if (windowKey(customerId, 'day', windowStart) !== dayKey) return undefined; // at the place of another one
  const ends = await minuteEndsOf(dayKey, store);
  if (ends === undefined) return undefined;
  const errors = errorsIn(readCountsText(counts.requestsByStatus));
  return { customerId, day: { requests, errors, firstWindow: ends.first, lastWindow: ends.last }, updatedAt };
}

async function readDayWindow(dayKey: ObjectKey, store: Pick<ObjectStore, 'get'>) {
  try {
    return await readWindowStart(dayKey, (start) => decodeServedWindow(start, 'day'), store);
  } catch (error) {
    if (error instanceof NewerFormat || !(error instanceof UnreadableFormat)) throw error;
    return undefined;
  }
}
