import { createHash } from 'node:crypto';
import type { BatchId } from './batch-id.ts';
import type { Brand } from './brand.ts';
import { parseCustomerId, type CustomerId } from './customer-id.ts';
import { partSizeOf, type RolledUpSize, type WindowSize, type WindowStart } from './window.ts';

/**
 * The name of an object: segments of `a–z 0–9 . _ - % ~`, 1–200 characters each and without a `.` at either end,
 * separated by `/`. Such a name is a safe relative path on every file system, including those that ignore case,
 * normalise Unicode or reserve names.
 */
export type ObjectKey = Brand<string, 'ObjectKey'>;

const maxSegmentLength = 200;

/** Length of a window's start that names it: `2025-12-28T18` for an hour. */
const namedCharacters: Readonly<Record<WindowSize, number>> = { minute: 16, hour: 13, day: 10 };
/** Number of segments before the time in a window's key: `aggregates`, the size and the customer. */
const customerSegments = 3;

/** Names that Windows reserves for devices, whatever follows the first dot. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)/;

/** Returns the key of a batch. If the object exists, the batch is accepted. */
export function batchKey(customerId: CustomerId, batchId: BatchId): ObjectKey {
  return key(`${batchPrefix(customerId)}${batchName(batchId)}`);
}

/** Returns the prefix of the keys of a customer's batches. */
export function batchPrefix(customerId: CustomerId): string {
  return `batches/${encodeSegment('', customerId)}/`;
}

/** Returns the key of one window of one customer: `aggregates/hour/cus-axon/2025/12/28/18.json`. */
export function windowKey(customerId: CustomerId, size: WindowSize, windowStart: WindowStart): ObjectKey {
  return windowKeyOfSegment(encodeSegment('', customerId), size, windowStart);
}

/** Returns the key of one minute of one customer. */
export function minuteKey(customerId: CustomerId, windowStart: WindowStart): ObjectKey {
  return windowKey(customerId, 'minute', windowStart);
}

/** Returns the key of a failed record. */
export function failedRecordKey(stream: string, partition: string, sequenceNumber: string): ObjectKey {
  return key(
    'failed',
    encodeSegment('', stream),
    encodeSegment('', partition),
    encodeSegment('', sequenceNumber),
  );
}

/** Prefix of the keys of changes of API keys; a list has them in time order. */
export const apiKeyChangesPrefix = 'audit-log/api-keys/';

/**
 * Returns the key of one step of a change of API keys.
 * @param changeId  lower-case hexadecimal digits
 */
export function apiKeyChangeKey(at: Date, changeId: string, step: string): ObjectKey {
  const time = at.toISOString().toLowerCase().replaceAll(':', '.');
  return key(`${apiKeyChangesPrefix}${time}-${changeId}-${step}.json`);
}

/**
 * Returns the key of the copy of an API key's record, for times when the store of the keys fails.
 * @param hash  SHA-256 of the key, in hex
 */
export function apiKeyCopyKey(hash: string): ObjectKey {
  return key('api-keys', `${hash}.json`);
}

/** Prefix of the keys of all tombstones. */
export const tombstonesPrefix = 'forgotten/';

/** Returns the key of a customer's tombstone. */
export function tombstoneKey(customerId: CustomerId): ObjectKey {
  return key(`${tombstonesPrefix}${encodeSegment('', customerId)}`);
}

/**
 * Returns the key of a tombstone for the key of one of the customer's windows, from which the customer cannot always
 * be read.
 */
export function tombstoneKeyOfWindow(windowKey: ObjectKey): ObjectKey {
  return tombstoneKeyOfSegment(customerSegmentOf(windowKey));
}

/** Returns the key of a tombstone for the customer's segment in other keys. */
export function tombstoneKeyOfSegment(segment: string): ObjectKey {
  return key(`${tombstonesPrefix}${segment}`);
}

/** Prefix of the keys of the index of customers. */
export const customerIndexPrefix = 'customers/';

/** Returns the key of a customer's entry in the index of customers. */
export function customerIndexKey(customerId: CustomerId): ObjectKey {
  return customerIndexKeyOfSegment(segmentOfCustomer(customerId));
}

/** Returns the same for the customer's segment in other keys, from which the customer cannot always be read. */
export function customerIndexKeyOfSegment(segment: string): ObjectKey {
  return key(`${customerIndexPrefix}${segment}`);
}

/** Returns the segment that a customer has in keys, those of its windows among them. */
export function segmentOfCustomer(customerId: CustomerId): string {
  return encodeSegment('', customerId);
}

/** Returns the customer's segment in the key of its entry in the index. */
export function customerSegmentOfIndex(indexKey: ObjectKey): string {
  return indexKey.slice(customerIndexPrefix.length);
}

/** Key of the progress of indexing the customers whose windows an earlier version wrote. */
export const customerIndexingKey: ObjectKey = key('migrations', 'customers');

/** Prefix of the keys of what is remembered of each customer's alerts between two hours. */
export const alertStatesPrefix = 'alerts/state/';

/** Returns the key of what is remembered of a customer's alerts. */
export function alertStateKey(customerId: CustomerId): ObjectKey {
  return key(`${alertStatesPrefix}${encodeSegment('', customerId)}`);
}

/** Prefix of the keys of all events of alerts. */
export const alertEventsPrefix = 'alerts/events/';

/** Returns the prefix of the keys of a customer's events; a list has them in the order of their hours. */
export function alertEventPrefix(customerId: CustomerId): string {
  return `${alertEventsPrefix}${encodeSegment('', customerId)}/`;
}

/**
 * Returns the key of an event: `alerts/events/cus-axon/2025-12-28t18-fall-raised`.
 * @param name  the kind and the change, of `a–z` and `-`
 */
export function alertEventKey(customerId: CustomerId, hour: WindowStart, name: string): ObjectKey {
  return key(`${alertEventPrefix(customerId)}${placeOfAlerts(hour)}-${name}`);
}

/** Returns the beginning of the keys of a customer's events of one hour, which sorts before all of them. */
export function alertEventsOfHour(customerId: CustomerId, hour: WindowStart): string {
  return `${alertEventPrefix(customerId)}${placeOfAlerts(hour)}`;
}

/** Returns the hour of an event's key. */
export function hourOfAlertEvent(eventKey: ObjectKey): WindowStart {
  const place = eventKey.split('/')[3] ?? '';
  return `${place.slice(0, namedCharacters.hour).toUpperCase()}:00:00Z` as WindowStart;
}

/** Keys have no capital letters. */
function placeOfAlerts(hour: WindowStart): string {
  return hour.slice(0, namedCharacters.hour).toLowerCase();
}

/** Key of the object that is written to find out whether the store can be written. */
export const probeKey: ObjectKey = key('health', 'probe');

/** Keys of the horizons behind which windows, or raw batches and failed records, have expired. */
export const horizonKeys = {
  windows: key('retention', 'horizon'),
  raw: key('retention', 'raw-horizon'),
} as const satisfies Record<string, ObjectKey>;

/** Keys of the progress of deleting expired objects. */
export const sweepKeys = {
  windows: key('retention', 'sweep'),
  raw: key('retention', 'raw-sweep'),
} as const satisfies Record<string, ObjectKey>;

/** Returns the prefix of the keys of a customer's windows of one size; a list has them in time order. */
export function windowPrefix(customerId: CustomerId, size: WindowSize): string {
  return `${windowsPrefix(size)}${encodeSegment('', customerId)}/`;
}

/** Prefix of the keys of all windows. */
export const aggregatesPrefix = 'aggregates/';

/** Returns the prefix of the keys of all windows of one size; a list has one customer after the other. */
export function windowsPrefix(size: WindowSize): string {
  return `${aggregatesPrefix}${size}/`;
}

/** Returns the prefix of the keys of all windows of one size of the customer with this segment. */
export function windowPrefixOfSegment(segment: string, size: WindowSize): string {
  return `${windowsPrefix(size)}${segment}/`;
}

/** Returns the customer's segment in a window's key. */
export function customerSegmentOf(windowKey: ObjectKey): string {
  return windowKey.split('/')[customerSegments - 1] ?? '';
}

/** Returns the customer's segment in a batch's key; it is the same in the keys of its windows. */
export function customerSegmentOfBatch(batchKey: ObjectKey): string {
  return batchKey.split('/')[1] ?? '';
}

/** Returns the key of the window of one size that starts at an instant, by the customer's segment. */
export function windowKeyOfSegment(segment: string, size: WindowSize, windowStart: WindowStart): ObjectKey {
  const place = windowStart.slice(0, namedCharacters[size]).replace(/[-T:]/g, '/');
  return key(`${windowPrefixOfSegment(segment, size)}${place}.json`);
}

/** Returns a text that sorts after all keys of a customer's windows, and before those of the next customer. */
export function behindCustomer(customerSegment: string, size: WindowSize): string {
  return `${windowsPrefix(size)}${customerSegment}/~`;
}

/** Returns the customer of a window's key, or `undefined` if the key only has a hash of the customer. */
export function customerOfKey(windowKey: ObjectKey): CustomerId | undefined {
  return customerOfSegment(customerSegmentOf(windowKey));
}

/** Returns the customer of a segment, or `undefined` if the segment only has a hash of the customer. */
export function customerOfSegment(segment: string): CustomerId | undefined {
  const customerId = parseCustomerId(
    segment.replace(/%([0-9a-f]{2})/g, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16))),
  );
  return customerId !== undefined && encodeSegment('', customerId) === segment ? customerId : undefined;
}

/** Returns the start of the window of a key from `windowKey`. */
export function windowStartOfKey(windowKey: ObjectKey): WindowStart {
  const place = windowKey
    .replace(/\.json$/, '')
    .split('/')
    .slice(customerSegments);
  const [year, month, day, hour = '00', minute = '00'] = place;
  return `${year}-${month}-${day}T${hour}:${minute}:00Z` as WindowStart;
}

/**
 * Returns the key of the hour that contains a minute, or of the day that contains an hour. It only uses the keys,
 * since a customer cannot always be read from one.
 * @param size  size of the window to find
 */
export function enclosingWindowKey(partKey: ObjectKey, size: RolledUpSize): ObjectKey {
  const place = partKey.replace(`aggregates/${partSizeOf[size]}/`, `aggregates/${size}/`);
  return key(place.replace(/\/\d\d\.json$/, '.json'));
}

/** Returns the prefix of the keys of the windows that an hour, or a day, is the sum of. */
export function partsPrefix(windowKey: ObjectKey, size: RolledUpSize): string {
  const place = windowKey.replace(/\.json$/, '/');
  return place.replace(`aggregates/${size}/`, `aggregates/${partSizeOf[size]}/`);
}

/** Returns the last segment of a batch's key: `k-…` for an id from a client, `h-…` for a derived one. */
export function batchName({ origin, text }: BatchId): string {
  return origin === 'key' ? encodeSegment('k-', text) : `h-${text.replace(/^sha256-/, '')}`;
}

/**
 * Encodes a text as one segment, so that different texts give different segments and none can leave its place:
 * everything except `a–z 0–9 _ -` and inner dots becomes `%` and two hexadecimal digits for each byte. A text too
 * long for a file name becomes `~` and its SHA-256 (no encoded text has a `~`).
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
