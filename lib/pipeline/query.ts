import pMap from 'p-map';
import type { CustomerId } from '../domain/customer-id.ts';
import { countsToJson, mapDimensions, type CountsJson } from '../domain/dimensions.ts';
import { keepLargest } from '../domain/folding.ts';
import { minuteKey, minutePrefix, windowStartOfMinuteKey, type ObjectKey } from '../domain/keys.ts';
import { endedBefore, type WindowStart } from '../domain/window.ts';
import type { WindowCounts } from '../domain/window-aggregate.ts';
import { decodeWindowCounts } from '../domain/window-format.ts';
import { UnreadableFormat } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';

export interface QueryPorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** Which windows are asked for: those with `from ≤ windowStart < to`. */
export interface WindowQuery {
  readonly customerId: CustomerId;
  readonly from: WindowStart;
  readonly to: WindowStart;
  /** Windows up to and including this one were answered before. */
  readonly after: WindowStart | undefined;
  /** At most so many windows. */
  readonly limit: number;
  /** Keep only so many keys of each dimension. */
  readonly top: number | undefined;
  readonly allowedLatenessSeconds: number;
}

/** A window as it is answered. */
export interface AnsweredWindow extends CountsJson {
  readonly customerId: CustomerId;
  readonly windowSize: 'minute';
  readonly windowStart: WindowStart;
  readonly requests: number;
  readonly batches: number;
  readonly revision: number;
  readonly lateRequests: number;
  /** Its end is longer ago than the allowed lateness; late data can still raise `revision`. */
  readonly complete: boolean;
  readonly updatedAt: string;
}

export interface WindowPage {
  readonly windows: readonly AnsweredWindow[];
  /** The last window of this page, where there are more behind it. */
  readonly lastWindow: WindowStart | undefined;
}

/** A page ends with the window that makes it longer than this; Lambda answers at most 6 MiB. */
const pageBytes = 4 * 1_024 * 1_024;
/** Holds the counts of most windows, and none of the ids of the busy ones, which follow them. */
const usualCountsBytes = 16 * 1_024;
const windowsInFlight = 16;

/** The windows that a customer has in a range of time, in the order of time; windows without requests are absent. */
export async function query(query: WindowQuery, { store, clock }: QueryPorts): Promise<WindowPage> {
  const now = clock.now();
  const windows: AnsweredWindow[] = [];
  let bytes = 0;
  for await (const keys of inGroups(keysOf(query, store), Math.min(windowsInFlight, query.limit + 1))) {
    const group = await pMap(keys, (key) => readWindow(key, store), { concurrency: windowsInFlight });
    for (const counts of group) {
      if (windows.length === query.limit || bytes > pageBytes) {
        return { windows, lastWindow: windows.at(-1)?.windowStart };
      }
      const window = answer(counts, query, now);
      windows.push(window);
      bytes += Buffer.byteLength(JSON.stringify(window));
    }
  }
  return { windows, lastWindow: undefined };
}

async function* keysOf(
  { customerId, from, to, after }: WindowQuery,
  store: ObjectStore,
): AsyncGenerator<ObjectKey> {
  // What sorts before the key of a minute, and behind those of the minutes before it.
  const startAfter =
    after === undefined ? minuteKey(customerId, from).replace(/\.json$/, '') : minuteKey(customerId, after);
  for await (const key of store.list(minutePrefix(customerId), { startAfter })) {
    if (windowStartOfMinuteKey(key) >= to) return;
    yield key;
  }
}

async function* inGroups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function readWindow(key: ObjectKey, store: ObjectStore): Promise<WindowCounts> {
  const start = await store.get(key, { firstBytes: usualCountsBytes });
  const counts = start && decodeWindowCounts(start.body);
  if (counts !== undefined) return counts;
  const whole = await store.get(key);
  const wholeCounts = whole && decodeWindowCounts(whole.body);
  if (wholeCounts === undefined) throw new UnreadableFormat(`The window ${key} has no end of its counts.`);
  return wholeCounts;
}

function answer(
  window: WindowCounts,
  { top, allowedLatenessSeconds }: WindowQuery,
  now: Date,
): AnsweredWindow {
  const { customerId, windowStart, requests, batches, revision, lateRequests, updatedAt } = window;
  const counts =
    top === undefined ? window.counts : mapDimensions((field) => keepLargest(window.counts[field], top));
  return {
    customerId,
    windowSize: 'minute',
    windowStart,
    requests,
    ...countsToJson(counts),
    batches,
    revision,
    lateRequests,
    complete: endedBefore(windowStart, now, allowedLatenessSeconds),
    updatedAt: updatedAt.toISOString(),
  };
}
