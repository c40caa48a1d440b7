import { encodeAnnouncement } from '../../domain/announcement.ts';
import { encodeFailedRecord, rollUpStream, type FailedRecord } from '../../domain/failed-record.ts';
import { customerOfKey, failedRecordKey, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { partitionKeyOf } from '../../domain/partial.ts';
import { PreconditionFailed } from '../../errors.ts';
import { messageOf } from '../../message-of.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** An hour, a day or an entry of the index of customers that cannot be recomputed while what it is made of is damaged. */
export interface FailedRollUp {
  readonly window: ObjectKey;
  /** A minute whose notification has the window recomputed. */
  readonly minute: ObjectKey;
  readonly error: unknown;
}

type Ports = { readonly store: Pick<ObjectStore, 'get' | 'put'>; readonly clock: Clock };

/**
 * Keeps a failed record of a window, so that its notifications are done and hold up nobody. There is one for each window,
 * however many notifications fail: it is written anew each time, and so its `etag` says whether the window has failed since.
 * @returns where it is kept
 * @throws Unavailable  it cannot be kept now
 */
export async function keepFailedRollUp(failed: FailedRollUp, { store, clock }: Ports): Promise<ObjectKey> {
  const record = toFailedRecord(failed, clock.now());
  const place = placeOfFailedRollUp(failed.window);
  for (;;) {
    const object = await store.get(place);
    try {
      const condition = object === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: object.etag };
      await store.put(place, encodeFailedRecord(record), condition);
      return place;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
}

/** Returns the version of a window's failed record; `undefined` if there is none. */
export async function versionOfFailedRollUp(
  window: ObjectKey,
  store: Pick<ObjectStore, 'get'>,
): Promise<string | undefined> {
  return (await store.get(placeOfFailedRollUp(window)))?.etag;
}

/**
 * Removes the failed record of a window that was recomputed since its version was read. If the window has failed again
 * meanwhile, the record stays.
 */
export async function removeFailedRollUp(
  window: ObjectKey,
  version: string,
  store: Pick<ObjectStore, 'delete'>,
): Promise<void> {
  try {
    await store.delete(placeOfFailedRollUp(window), { ifMatch: version });
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
  }
}

/** Returns `failed/roll-up/{customer}/{window}`, where the window is like `hour-2025-12-28-18`. */
function placeOfFailedRollUp(window: ObjectKey): ObjectKey {
  const { stream, partition, sequenceNumber } = placeOf(window);
  return failedRecordKey(stream, partition, sequenceNumber);
}

/** Its partition key names the customer, as that of a partial of the minute does. */
function toFailedRecord({ window, minute, error }: FailedRollUp, failedAt: Date): FailedRecord {
  const customerId = customerOfKey(minute);
  return {
    ...placeOf(window),
    partitionKey: customerId === undefined ? minute : partitionKeyOf(customerId, windowStartOfKey(minute)),
    data: encodeAnnouncement(minute),
    cause: `${window} cannot be recomputed. ${messageOf(error)}`,
    failedAt,
  };
}

function placeOf(window: ObjectKey): Pick<FailedRecord, 'stream' | 'partition' | 'sequenceNumber'> {
  const [, ...segments] = window.replace(/\.json$/, '').split('/');
  const isIndex = segments.length === 1;
  const [size = '', customer = '', ...time] = isIndex ? ['customer', ...segments] : segments;
  return { stream: rollUpStream, partition: customer, sequenceNumber: [size, ...time].join('-') };
}
