import {
  decodeFailedRecord,
  encodeFailedRecord,
  placesOfFailedRecord,
  type FailedRecord,
} from '../../domain/failed-record.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { PreconditionFailed, Unavailable, UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/**
 * Keeps a record that can never be applied, or finds that it is kept: it is delivered again where the invocation before
 * did not end well.
 * @returns where it is kept
 * @throws Unavailable  it cannot be kept now
 */
export async function keepFailedRecord(record: FailedRecord, store: ObjectStore): Promise<ObjectKey> {
  for (const place of placesOfFailedRecord(record)) {
    if (await isKeptAt(place, record, store)) return place;
  }
  throw new Unavailable('Something else is at both places of a record that can never be applied.');
}

async function isKeptAt(place: ObjectKey, record: FailedRecord, store: ObjectStore): Promise<boolean> {
  try {
    await store.put(place, encodeFailedRecord(record), { ifNoneMatch: '*' });
    return true;
  } catch (failure) {
    if (!(failure instanceof PreconditionFailed)) throw failure;
  }
  const object = await store.get(place);
  return object !== undefined && isSameRecord(object.body, record);
}

function isSameRecord(body: Buffer, { partitionKey, data }: FailedRecord): boolean {
  try {
    const kept = decodeFailedRecord(body);
    return kept.partitionKey === partitionKey && kept.data.equals(data);
  } catch (error) {
    if (error instanceof UnreadableFormat) return false;
    throw error;
  }
}
