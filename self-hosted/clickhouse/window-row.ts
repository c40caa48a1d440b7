import { errorsIn } from '../../lib/domain/customer-index.ts';
import { dimensions, requestsToJson } from '../../lib/domain/dimensions.ts';
import {
  customerOfSegment,
  customerSegmentOf,
  windowsPrefix,
  windowStartOfKey,
  type ObjectKey,
} from '../../lib/domain/keys.ts';
import { decodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { decodeWindowCounts } from '../../lib/domain/window-format.ts';
import { windowSizes, type WindowSize } from '../../lib/domain/window.ts';
import { NewerFormat, UnreadableFormat } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { NewerVersionNeeded } from '../kafka/consumer/role-stopped.ts';
import { minuteOf } from './model-query.ts';

/** The place of a window in the order of the rows. */
export interface RowPlace {
  readonly size: WindowSize;
  readonly customer_segment: string;
  /** Minutes since 1970. */
  readonly start_minute: number;
}

/** A row of a table of windows; further fields are its columns. */
export interface WindowRow extends RowPlace {
  /** The window's document before the ids of its partials; empty in a row of an absent window. */
  readonly document: string;
  readonly etag: string;
  /** Everything that was announced before this offset of the window's partition is in the row. */
  readonly version: string;
  readonly is_deleted: 0 | 1;
}

/** Holds the counts of most windows. */
const usualBytes = 64 * 1_024;
const lineBreak = 0x0a;
/** Begins the second line of a minute, which has the ids. */
const beforeIds = '"partialIds":"';

/** Returns the size of the window at a key; `undefined` if there is no window. */
export function sizeOfKey(key: string): WindowSize | undefined {
  return windowSizes.find((size) => key.startsWith(windowsPrefix(size)));
}

/** Returns the place of a window. */
export function placeOf(key: ObjectKey, size: WindowSize): RowPlace {
  return {
    size,
    customer_segment: customerSegmentOf(key),
    start_minute: minuteOf(windowStartOfKey(key)),
  };
}

/**
 * Reads a window from the store as a row. The row of an absent window replaces any earlier one. That of a damaged window
 * has its document, so that answers fail as they would from the store.
 * @param version  an offset of the window's partition that is not greater than its end was before this call
 * @throws NewerVersionNeeded  a newer version wrote the window
 * @throws Unavailable  the store cannot be read now
 */
export async function readRow(
  key: ObjectKey,
  size: WindowSize,
  version: bigint,
  store: Pick<ObjectStore, 'get'>,
): Promise<WindowRow> {
  const place = { ...placeOf(key, size), version: String(version) };
  const found = await readDocument(key, size, store);
  if (found === undefined) return { ...place, document: '', etag: '', is_deleted: 1 };
  const { document, etag } = found;
  return { ...columnsOf(document, size, key), ...place, document: document.toString(), etag, is_deleted: 0 };
}

/** Reads the document of a window up to its ids. */
async function readDocument(key: ObjectKey, size: WindowSize, store: Pick<ObjectStore, 'get'>) {
  const start = await store.get(key, { firstBytes: usualBytes });
  if (start === undefined) return undefined;
  const document = upToIds(start.body, size);
  if (document !== undefined) return { document, etag: start.etag };
  const whole = await store.get(key);
  return whole && { document: upToIds(whole.body, size) ?? whole.body, etag: whole.etag };
}

/** Returns what readers of the counts need; `undefined` if it goes on behind the bytes. */
function upToIds(body: Buffer, size: WindowSize): Buffer | undefined {
  const end = body.indexOf(lineBreak);
  if (end < 0) return undefined;
  const length = end + 1 + (size === 'minute' ? beforeIds.length : 0);
  return body.length < length ? undefined : body.subarray(0, length);
}

/** Returns the columns that analysts read: all dimensions that this version knows. */
function columnsOf(document: Buffer, size: WindowSize, key: ObjectKey) {
  try {
    const window = size === 'minute' ? decodeWindowCounts(document) : decodeRolledUp(document);
    if (window === undefined) throw new UnreadableFormat('A window ends too early.');
    const { counts } = window;
    return {
      customer_id: window.customerId,
      requests: window.requests,
      errors: errorsIn(counts.requestsByStatus),
      batches: 'batches' in window ? window.batches : 0,
      late_requests: window.lateRequests,
      revision: window.revision,
      updated_at: window.updatedAt.getTime() / 1_000,
      ...Object.fromEntries(dimensions.map(({ field }) => [field, requestsToJson(counts[field])])),
    };
  } catch (error) {
    if (error instanceof NewerFormat) throw new NewerVersionNeeded(key, error);
    if (!(error instanceof UnreadableFormat)) throw error;
    return { customer_id: customerOfSegment(customerSegmentOf(key)) ?? '' };
  }
}
