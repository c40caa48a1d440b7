import { setImmediate as nextTurn } from 'node:timers/promises';
import pMap from 'p-map';
import type { WindowRun } from '../../domain/compose-range.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { windowKey, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import type { RolledUpWindow } from '../../domain/roll-up.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { MinuteCounts } from '../../domain/window-aggregate.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { inGroups } from './in-groups.ts';
import { readWindowCounts } from '../roll-up/read-window-counts.ts';

/** Windows of one customer, of one size, with `from ≤ windowStart < to`. */
export interface WindowsInRange extends WindowRun {
  readonly customerId: CustomerId;
  /** Only those behind this one. */
  readonly after?: WindowStart | undefined;
}

/**
 * The windows that there are in a range, in the order of time. They are read lazily, so many at once: a caller that
 * stops early pays for no more than these.
 */
export async function* windowsInRange(
  range: WindowsInRange,
  store: ObjectStore,
  atOnce: number,
): AsyncGenerator<MinuteCounts | RolledUpWindow> {
  const read = (key: ObjectKey) => readWindowCounts(key, range.windowSize, store);
  for await (const keys of inGroups(keysOf(range, store), atOnce)) {
    const windows = await pMap(keys, read, { concurrency: atOnce });
    yield* windows.filter((window) => window !== undefined);
    await nextTurn(); // so that what takes a moment passes what takes many
  }
}

async function* keysOf(
  { customerId, windowSize, from, to, after }: WindowsInRange,
  store: ObjectStore,
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

/** All that sorts between two keys starts with it, and nothing has to be looked for outside. */
function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
