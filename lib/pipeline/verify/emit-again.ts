import type { StoredBatch } from '../../domain/batch-format.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { decodePartial, partitionKeyOf } from '../../domain/partial.ts';
import type { EncodedPartial } from '../../domain/summarise.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { FailedRecords } from '../failed-records/failed-records.ts';
import type { AdmissionPolicy } from '../streams/admission.ts';
import { emit } from '../streams/emit.ts';
import { readStoredBatch } from '../ingest/read-stored-batch.ts';
import type { Streams } from '../streams/streams.ts';

export interface EmitAgainPorts {
  readonly store: ObjectStore;
  readonly streams: Streams;
  /** Nothing is emitted for a customer that has too much waiting. */
  readonly admission: Pick<AdmissionPolicy, 'requireRoom'>;
  readonly failedRecords: Pick<FailedRecords, 'kept'>;
}

/**
 * Emits the partials at these places of a batch's list. A partial that is kept as a failed record is left to a redrive: it
 * would most likely fail again, and each emission would leave another failed record.
 * @returns how many were emitted; `undefined` where the batch has expired meanwhile
 * @throws UnreadableFormat  none of them can be counted here: `aggregate` would make a failed record of each emission, or have it
 *                           delivered again for as long as no newer version runs
 */
export async function emitAgain(
  key: ObjectKey,
  places: ReadonlySet<number>,
  { store, streams, admission, failedRecords }: EmitAgainPorts,
): Promise<number | undefined> {
  const batch = await readStoredBatch(key, store);
  if (batch === undefined) return undefined;
  const partials = await emittable(batch, places, failedRecords);
  if (partials.length === 0) return 0;
  await admission.requireRoom(batch.customerId, partials);
  await emit(batch.customerId, partials, streams);
  return partials.length;
}

/**
 * Returns those of a batch's partials at these places that another emission can bring into their windows.
 * @throws UnreadableFormat  this version can read none of them
 */
export async function emittable(
  { customerId, partials }: Pick<StoredBatch, 'customerId' | 'partials'>,
  places: ReadonlySet<number>,
  failedRecords: EmitAgainPorts['failedRecords'],
): Promise<EncodedPartial[]> {
  const isKept = await failedRecords.kept();
  return countable(partials.filter((_partial, place) => places.has(place))).filter(
    ({ windowStart, data }) => !isKept({ partitionKey: partitionKeyOf(customerId, windowStart), data }),
  );
}

/**
 * Returns the partials that this version can read: a newer one may have stored others.
 * @throws UnreadableFormat  there are none
 */
function countable(partials: readonly EncodedPartial[]): EncodedPartial[] {
  const readable: EncodedPartial[] = [];
  let unreadable: UnreadableFormat | undefined;
  for (const partial of partials) {
    try {
      decodePartial(partial.data);
      readable.push(partial);
    } catch (error) {
      if (!(error instanceof UnreadableFormat)) throw error;
      unreadable = error;
    }
  }
  if (readable.length === 0 && unreadable !== undefined) throw unreadable;
  return readable;
}
