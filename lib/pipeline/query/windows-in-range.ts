import { windowKey, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { decodeServedWindow, type ServedWindow } from '../../domain/served-window.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { WindowRange } from '../../ports/window-reader.ts';
import { readWindowStart } from '../roll-up/read-window-counts.ts';
import { areHourly } from '../../domain/hours-of-day.ts';
import { hoursInDays } from './hours-in-days.ts';
import { readGroups } from './read-groups.ts';

/** Reads the windows that the store has in a range, as the window reader promises. */
export async function* windowsInRange(
  range: WindowRange,
  store: Pick<ObjectStore, 'get' | 'list'>,
  atOnce: number,
): AsyncGenerator<ServedWindow> {
  const ofKeys = (part: WindowRange) => windowsOfKeys(part, store, atOnce);
  const { windowSize, fields } = range;
  if (windowSize !== 'hour' || !areHourly(fields)) yield* ofKeys(range);
  else yield* hoursInDays({ ...range, fields }, (days) => keysOf(days, store), ofKeys, store, atOnce);
}

async function* windowsOfKeys(
  range: WindowRange,
  store: Pick<ObjectStore, 'get' | 'list'>,
  atOnce: number,
): AsyncGenerator<ServedWindow> {
  const decode = (start: Buffer) => decodeServedWindow(start, range.windowSize, range.fields);
  const read = (key: ObjectKey) => readWindowStart(key, decode, store);
  for await (const windows of readGroups(keysOf(range, store), atOnce, read)) {
    yield* windows.filter((window) => window !== undefined);
  }
}

async function* keysOf(
  { customerId, windowSize, from, to, after }: WindowRange,
  store: Pick<ObjectStore, 'list'>,
): AsyncGenerator<ObjectKey> {
  // What sorts before the key of a window, and behind those of the windows before it.
  const startAfter =
    after === undefined
      ? windowKey(customerId, windowSize, from).replace(/\.json$/, '')
      : windowKey(customerId, windowSize, after);
  const prefix = commonStart(windowKey(customerId, windowSize, from), windowKey(customerId, windowSize, to));
  for await (const key of store.list(prefix, { startAfter })) {
    const windowStart = windowStartOfKey(key);
    if (windowStart < from) continue; // the hour, or the day, within which the range begins
    if (windowStart >= to) return;
    yield key;
  }
}

/** Returns the common start of everything that sorts between two keys, so that the search can stay within it. */
function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
