import { createHash } from 'node:crypto';
import type { BatchId } from './batch-id.ts';
import type { Brand } from './brand.ts';
import { parseCustomerId, type CustomerId } from './customer-id.ts';
import { partSizeOf, type RolledUpSize, type WindowSize, type WindowStart } from './window.ts';

/**
 * The name of an object: segments of `a–z 0–9 . _ - % ~`, 1–200 characters each and without a `.` at either end,
 * divided by `/`. Such a name is a safe relative path on every file system, also on those that ignore case,
 * normalise Unicode or reserve names.
 */
export type ObjectKey = Brand<string, 'ObjectKey'>;

const maxSegmentLength = 200;

/** How much of a window's start names it: `2025-12-28T18` an hour. */
const namedCharacters: Readonly<Record<WindowSize, number>> = { minute: 16, hour: 13, day: 10 };
/** Those before the time in a window's key: `aggregates`, the size and the customer. */
const customerSegments = 3;

/** Names that Windows gives to devices, whatever comes after the first dot. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)/;

/** Where a batch is kept; that it is there makes it accepted. */
export function batchKey(customerId: CustomerId, batchId: BatchId): ObjectKey {
  return key(`${batchPrefix(customerId)}${batchName(batchId)}`);
}

/** What the keys of all of a customer's batches start with. */
export function batchPrefix(customerId: CustomerId): string {
  return `batches/${encodeSegment('', customerId)}/`;
}

/** Where the aggregate of one window of one customer is kept: `aggregates/hour/cus-axon/2025/12/28/18.json`. */
export function windowKey(customerId: CustomerId, size: WindowSize, windowStart: WindowStart): ObjectKey {
  const place = windowStart.slice(0, namedCharacters[size]).replace(/[-T:]/g, '/');
  return key(`${windowPrefix(customerId, size)}${place}.json`);
}

/** Where the aggregate of one minute of one customer is kept. */
export function minuteKey(customerId: CustomerId, windowStart: WindowStart): ObjectKey {
  return windowKey(customerId, 'minute', windowStart);
}

/** Where a stream record is kept that can never be applied. */
export function failedRecordKey(stream: string, partition: string, sequenceNumber: string): ObjectKey {
  return key(
    'failed',
    encodeSegment('', stream),
    encodeSegment('', partition),
    encodeSegment('', sequenceNumber),
  );
}

/** What the keys of the changes of API keys start with; they are listed in the order of time. */
export const apiKeyChangesPrefix = 'audit-log/api-keys/';

/**
 * Where one step of a change of API keys is kept.
 * @param changeId  lower-case hexadecimal digits
 */
export function apiKeyChangeKey(at: Date, changeId: string, step: string): ObjectKey {
  const time = at.toISOString().toLowerCase().replaceAll(':', '.');
  return key(`${apiKeyChangesPrefix}${time}-${changeId}-${step}.json`);
}

/**
 * Where the copy of an API key's record is kept, for when the store of the keys fails.
 * @param hash  SHA-256 of the key, in hex
 */
export function apiKeyCopyKey(hash: string): ObjectKey {
  return key('api-keys', `${hash}.json`);
}

/** What the keys of all tombstones start with. */
export const tombstonesPrefix = 'forgotten/';

/** Where it is kept since when a customer is forgotten. */
export function tombstoneKey(customerId: CustomerId): ObjectKey {
  return key(`${tombstonesPrefix}${encodeSegment('', customerId)}`);
}

/** The same, found by the key of one of the customer's windows, from which the customer cannot always be read. */
export function tombstoneKeyOfWindow(windowKey: ObjectKey): ObjectKey {
  return key(`${tombstonesPrefix}${customerSegmentOf(windowKey)}`);
}

/** What is written to find out whether the store can be written. */
export const probeKey: ObjectKey = key('health', 'probe');

/** How far windows, or raw batches and failed records, have expired. */
export const horizonKeys = {
  windows: key('retention', 'horizon'),
  raw: key('retention', 'raw-horizon'),
} as const satisfies Record<string, ObjectKey>;

/** How far what has expired is deleted. */
export const sweepKeys = {
  windows: key('retention', 'sweep'),
  raw: key('retention', 'raw-sweep'),
} as const satisfies Record<string, ObjectKey>;

/** What the keys of all of a customer's windows of one size start with; they are listed in the order of time. */
export function windowPrefix(customerId: CustomerId, size: WindowSize): string {
  return `${windowsPrefix(size)}${encodeSegment('', customerId)}/`;
}

/** What the keys of all windows of one size start with, whose customers come one after the other. */
export function windowsPrefix(size: WindowSize): string {
  return `aggregates/${size}/`;
}

/** What the keys of the windows of one size start with whose customer has this segment. */
export function windowPrefixOfSegment(segment: string, size: WindowSize): string {
  return `${windowsPrefix(size)}${segment}/`;
}

/** The segment that a window's key has for the customer. */
export function customerSegmentOf(windowKey: ObjectKey): string {
  return windowKey.split('/')[customerSegments - 1] ?? '';
}

/** The segment that a batch's key has for the customer; it is the same as in the keys of its windows. */
export function customerSegmentOfBatch(batchKey: ObjectKey): string {
  return batchKey.split('/')[1] ?? '';
}

/** What sorts behind all keys of a customer's windows, and before those of the customers that come then. */
export function behindCustomer(customerSegment: string, size: WindowSize): string {
  return `${windowsPrefix(size)}${customerSegment}/~`;
}

/** Whose window a key is for, or `undefined` where the key has only a hash of the customer. */
export function customerOfKey(windowKey: ObjectKey): CustomerId | undefined {
  return customerOfSegment(customerSegmentOf(windowKey));
}

/** The customer that keys have a segment for, or `undefined` where that has only a hash of the customer. */
export function customerOfSegment(segment: string): CustomerId | undefined {
  const customerId = parseCustomerId(
    segment.replace(/%([0-9a-f]{2})/g, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16))),
  );
  return customerId !== undefined && encodeSegment('', customerId) === segment ? customerId : undefined;
}

/** The window that a key of `windowKey` is for. */
export function windowStartOfKey(windowKey: ObjectKey): WindowStart {
  const place = windowKey
    .replace(/\.json$/, '')
    .split('/')
    .slice(customerSegments);
  const [year, month, day, hour = '00', minute = '00'] = place;
  return `${year}-${month}-${day}T${hour}:${minute}:00Z` as WindowStart;
}

/**
 * Where the hour is kept that a minute is part of, or the day that an hour is part of. Found by the keys alone, since a
 * customer cannot always be read from one.
 * @param size  of the window that is looked for
 */
export function enclosingWindowKey(partKey: ObjectKey, size: RolledUpSize): ObjectKey {
  const place = partKey.replace(`aggregates/${partSizeOf[size]}/`, `aggregates/${size}/`);
  return key(place.replace(/\/\d\d\.json$/, '.json'));
}

/** What the keys of the windows start with that an hour, or a day, is the sum of. */
export function partsPrefix(windowKey: ObjectKey, size: RolledUpSize): string {
  const place = windowKey.replace(/\.json$/, '/');
  return place.replace(`aggregates/${size}/`, `aggregates/${partSizeOf[size]}/`);
}

/** The last segment of a batch's key: `k-…` for an id that a client gave, `h-…` for a derived one. */
export function batchName({ origin, text }: BatchId): string {
  return origin === 'key' ? encodeSegment('k-', text) : `h-${text.replace(/^sha256-/, '')}`;
}

/**
 * The text as one segment, so that different texts give different segments and none can leave its place: everything but
 * `a–z 0–9 _ -` and inner dots becomes `%` and two hexadecimal digits for each byte. One that would be too long for a
 * file name becomes `~` and its SHA-256 (no encoded text has a `~`).
 */
function encodeSegment(prefix: string, text: string): string {
  const encoded = text
    .replace(/[^a-z0-9._-]|^\.|\.$/g, (character) =>
      [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    )
    .replace(deviceName, (name) => `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`);
  if (prefix.length + encoded.length <= maxSegmentLength) return prefix + encoded;
  return `${prefix}~${createHash('sha256').update(text).digest('hex')}`;
}

function key(...segments: readonly string[]): ObjectKey {
  return segments.join('/') as ObjectKey;
}
