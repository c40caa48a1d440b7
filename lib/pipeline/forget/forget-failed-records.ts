import type { CustomerId } from '../../domain/customer-id.ts';
import { decodeFailedRecord } from '../../domain/failed-record.ts';
import { isRecordOf, withoutRecords } from '../../domain/invocation-record.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { decodePartial } from '../../domain/partial.ts';
import { isForgotten, type Tombstone } from '../../domain/tombstone.ts';
import { NewerFormat, PreconditionFailed, UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Removal } from './remove-object.ts';

type Store = Pick<ObjectStore, 'get' | 'put' | 'delete'>;

/** A stream record, whichever program keeps it. */
interface KeptRecord {
  readonly partitionKey: string;
  readonly data: Buffer;
}

/** Returns whether a failed record belongs to a customer. One that cannot be read belongs to none. */
export async function isFailedRecordOf(
  key: ObjectKey,
  customerId: CustomerId,
  store: Pick<ObjectStore, 'get'>,
): Promise<boolean> {
  const object = await store.get(key);
  try {
    return object !== undefined && isRecordOf(customerId, decodeFailedRecord(object.body));
  } catch (error) {
    if (error instanceof UnreadableFormat) return false;
    throw error;
  }
}

/** Returns whether a record of an invocation names a customer. */
export async function namesCustomer(
  key: ObjectKey,
  customerId: CustomerId,
  store: Pick<ObjectStore, 'get'>,
): Promise<boolean> {
  const object = await store.get(key);
  return (
    object !== undefined && withoutRecords(object.body, (record) => isRecordOf(customerId, record)).isChanged
  );
}

/** Removes a failed record of a customer that was forgotten since its batch was stored. */
export async function forgetFailedRecord(
  key: ObjectKey,
  tombstone: Tombstone,
  store: Store,
): Promise<Removal> {
  const object = await store.get(key);
  if (object === undefined) return 'absent';
  try {
    if (!isForgottenRecord(decodeFailedRecord(object.body), tombstone)) return 'kept';
  } catch (error) {
    if (error instanceof UnreadableFormat) return 'kept'; // it does not say whose it is
    throw error;
  }
  await store.delete(key); // it is never changed
  return 'removed';
}

/** Removes the records of a forgotten customer from a record of an invocation, and all of it where no other is left. */
export async function forgetFailedInvocation(
  key: ObjectKey,
  tombstone: Tombstone,
  store: Store,
): Promise<Removal> {
  const object = await store.get(key);
  if (object === undefined) return 'absent';
  const rest = withoutRecords(object.body, (record) => isForgottenRecord(record, tombstone));
  if (!rest.isChanged) return 'kept';
  try {
    if (rest.body === undefined) await store.delete(key, { ifMatch: object.etag });
    else await store.put(key, rest.body, { ifMatch: object.etag });
    return 'removed';
  } catch (error) {
    if (error instanceof PreconditionFailed) return 'removed'; // the next pass looks at it again
    throw error;
  }
}

function isForgottenRecord(record: KeptRecord, tombstone: Tombstone): boolean {
  if (!isRecordOf(tombstone.customerId, record)) return false;
  try {
    return isForgotten(decodePartial(record.data).storedAt, tombstone);
  } catch (error) {
    // What can never be counted is of no use to anybody; what a newer version wrote may be.
    if (error instanceof UnreadableFormat) return !(error instanceof NewerFormat);
    throw error;
  }
}
