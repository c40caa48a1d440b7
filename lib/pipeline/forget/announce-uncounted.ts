import pMap from 'p-map';
import { decodeBatch, type BatchHeader } from '../../domain/batch-format.ts';
import { batchPrefix, type ObjectKey } from '../../domain/keys.ts';
import type { EncodedPartial } from '../../domain/summarise.ts';
import { isForgotten, type Tombstone } from '../../domain/tombstone.ts';
import { PreconditionFailed, UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Outbox } from '../../ports/outbox.ts';
import type { FailedRecords } from '../failed-records/failed-records.ts';
import { emittable } from '../verify/emit-again.ts';
import { findUncounted } from '../verify/find-uncounted.ts';
import { readBatchHeader } from '../ingest/read-stored-batch.ts';

export interface AnnouncePorts {
  readonly store: ObjectStore;
  readonly outbox: Outbox;
  readonly failedRecords: Pick<FailedRecords, 'kept'>;
}

/** Number of batches examined together; each of their windows is read once. */
const batchesAtOnce = 100;
const objectsInFlight = 16;

/**
 * Brings new, uncounted batches of a forgotten customer on their way again. Most of them are still on their way. But if the
 * clock of a writer was so far ahead that it dated a batch after a tombstone that it did not know, the batch may have been
 * counted in a window that was removed.
 *
 * When it returns, an intent or a stream has each of them, so whoever asks how far the counts are finds it waiting there. A
 * store that announces its writes announces the batch as well, when it is written again, unchanged: `verify` then proves that
 * it is counted. What is emitted was admitted before, so a full backlog does not refuse it.
 */
export async function announceUncounted(tombstone: Tombstone, ports: AnnouncePorts): Promise<void> {
  const { store } = ports;
  let keys: ObjectKey[] = [];
  for await (const key of store.list(batchPrefix(tombstone.customerId))) {
    keys.push(key);
    if (keys.length < batchesAtOnce) continue;
    await announceThose(keys, tombstone, ports);
    keys = [];
  }
  await announceThose(keys, tombstone, ports);
}

async function announceThose(
  keys: readonly ObjectKey[],
  tombstone: Tombstone,
  { store, outbox, failedRecords }: AnnouncePorts,
): Promise<void> {
  const headers = new Map<BatchHeader, ObjectKey>();
  await pMap(
    keys,
    async (key) => {
      const header = await readHeader(key, store);
      if (header !== undefined && !isForgotten(header.storedAt, tombstone)) headers.set(header, key);
    },
    { concurrency: objectsInFlight },
  );
  const { places, failures } = await findUncounted([...headers.keys()], store);
  await pMap(
    headers,
    async ([header, key]) => {
      if (!places.has(header) && !failures.has(header)) return;
      const { customerId } = header;
      const hasIntent = (await outbox.announce({ customerId, key, isAfterLoss: true })) !== undefined;
      if (hasIntent) return;
      const body = await writeAgain(key, store);
      const lacking = failures.has(header) ? new Set(header.partials.keys()) : places.get(header);
      if (body === undefined || lacking === undefined) return;
      await outbox.emit(customerId, await partialsAt(lacking, body, failedRecords));
    },
    { concurrency: objectsInFlight },
  );
}

async function readHeader(key: ObjectKey, store: ObjectStore): Promise<BatchHeader | undefined> {
  try {
    return await readBatchHeader(key, store);
  } catch (error) {
    if (error instanceof UnreadableFormat) return undefined; // an audit reports it
    throw error;
  }
}

/** @returns the object; `undefined` if it is not there any more */
async function writeAgain(key: ObjectKey, store: ObjectStore): Promise<Buffer | undefined> {
  const object = await store.get(key);
  if (object === undefined) return undefined;
  try {
    await store.put(key, object.body, { ifMatch: object.etag });
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error; // the process that wrote it has announced it
  }
  return object.body;
}

async function partialsAt(
  places: ReadonlySet<number>,
  body: Buffer,
  failedRecords: AnnouncePorts['failedRecords'],
): Promise<readonly EncodedPartial[]> {
  try {
    return await emittable(decodeBatch(body).batch, places, failedRecords);
  } catch (error) {
    if (error instanceof UnreadableFormat) return []; // an audit reports it
    throw error;
  }
}
