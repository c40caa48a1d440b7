import { partsPrefix, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** First and last minute of an hour or a day. */
export interface MinuteEnds {
  readonly first: WindowStart;
  readonly last: WindowStart;
}

type Lister = Pick<ObjectStore, 'list'>;

/** Returns the first and the last minute that exist in a day; `undefined` if there are none. */
export async function minuteEndsOf(dayKey: ObjectKey, store: Lister): Promise<MinuteEnds | undefined> {
  const minutes = minutesPrefixOf(dayKey);
  const first = await firstMinuteIn(minutes, store);
  if (first === undefined) return undefined;
  // Only the names from the last hour on are read. An hour that outlived its minutes does not hide earlier ones.
  const lastHour = await lastOf(store.list(partsPrefix(dayKey, 'day')));
  const behind = lastHour === undefined ? '' : partsPrefix(lastHour, 'hour').slice(0, -1);
  const last =
    (await lastOf(store.list(minutes, { startAfter: behind }))) ?? (await lastOf(store.list(minutes)));
  return { first, last: last === undefined ? first : windowStartOfKey(last) };
}

/** Returns the first minute of the hour at a key; `undefined` if it has none. */
export function firstMinuteOf(hourKey: ObjectKey, store: Lister): Promise<WindowStart | undefined> {
  return firstMinuteIn(partsPrefix(hourKey, 'hour'), store);
}

/** Returns the last minute of the hour at a key; `undefined` if it has none. */
export async function lastMinuteOf(hourKey: ObjectKey, store: Lister): Promise<WindowStart | undefined> {
  const last = await lastOf(store.list(partsPrefix(hourKey, 'hour')));
  return last && windowStartOfKey(last);
}

async function firstMinuteIn(prefix: string, store: Lister): Promise<WindowStart | undefined> {
  for await (const key of store.list(prefix)) return windowStartOfKey(key);
  return undefined;
}

async function lastOf(keys: AsyncIterable<ObjectKey>): Promise<ObjectKey | undefined> {
  let last: ObjectKey | undefined;
  for await (const key of keys) last = key;
  return last;
}

/** Returns the prefix of the keys of a day's minutes. */
function minutesPrefixOf(dayKey: ObjectKey): string {
  return dayKey.replace('aggregates/day/', 'aggregates/minute/').replace(/\.json$/, '/');
}
