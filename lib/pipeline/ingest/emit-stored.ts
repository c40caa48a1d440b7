import type { StoredBatch } from '../../domain/batch-format.ts';
import type { EncodedPartial } from '../../domain/summarise.ts';
import { Unavailable } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Outbox } from '../../ports/outbox.ts';
import type { Retention } from '../expire/retention.ts';
import type { AdmissionPolicy } from '../streams/admission.ts';
import { findUncounted } from '../verify/find-uncounted.ts';
import type { EmittedBatches } from './emitted-batches.ts';

export interface EmitStoredPorts {
  readonly store: ObjectStore;
  readonly outbox: Outbox;
  readonly admission: Pick<AdmissionPolicy, 'requireRoom'>;
  readonly emittedBatches: EmittedBatches;
  /** Without it no window expires. */
  readonly retention?: Retention;
}

/** Result of storing and emitting a batch. */
export interface Ingested {
  readonly batch: Omit<StoredBatch, 'partials'>;
  /** False if the batch had been stored before. */
  readonly isFirst: boolean;
  /** Partials that were put on their streams now; none if the reader of an intent puts them there. */
  readonly emitted: readonly EncodedPartial[];
}

/** Facts about the delivery of a stored batch. */
export interface Delivery {
  /** False if the batch had been stored before. */
  readonly isFirst: boolean;
  /** True if an intent was written, whose reader emits the partials. */
  readonly hasIntent: boolean;
}

/**
 * Emits the partials of a stored batch: all of a new one; of one that was stored before, only those that may be neither
 * on their way nor counted.
 * @throws BudgetUsedUp  the customer has too much waiting to be counted; safe to repeat
 * @throws Unavailable   store or stream cannot take it now, or too much waits to be counted; safe to repeat
 */
export async function emitStored(
  stored: StoredBatch,
  { isFirst, hasIntent }: Delivery,
  ports: EmitStoredPorts,
): Promise<Ingested> {
  const { outbox, admission, emittedBatches } = ports;
  if (hasIntent) return { batch: stored, isFirst, emitted: [] };
  const partials = isFirst ? stored.partials : await findLacking(stored, ports);
  // A batch that was stored before takes the streams of that time: a minute that is late by now may not have been.
  if (!isFirst) await admission.requireRoom(stored.customerId, partials);
  await outbox.emit(stored.customerId, partials); // a crash before this line: verify emits them
  emittedBatches.add(stored);
  return { batch: stored, isFirst, emitted: partials };
}

/** Returns the partials of a stored batch that may be neither on their way nor counted. */
async function findLacking(
  stored: StoredBatch,
  { store, emittedBatches, retention }: EmitStoredPorts,
): Promise<readonly EncodedPartial[]> {
  if (emittedBatches.has(stored)) return [];
  const { places, failures } = await findUncounted([stored], store, retention);
  const failure = failures.get(stored);
  if (failure !== undefined) {
    throw new Unavailable('It is not known now whether this batch is counted.', { cause: failure });
  }
  const uncounted = places.get(stored);
  return stored.partials.filter((_partial, place) => uncounted?.has(place) === true);
}
