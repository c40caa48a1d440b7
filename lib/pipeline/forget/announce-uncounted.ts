import pMap from 'p-map';
import type { BatchHeader } from '../../domain/batch-format.ts';
import { batchPrefix, type ObjectKey } from '../../domain/keys.ts';
import { isForgotten, type Tombstone } from '../../domain/tombstone.ts';
import { PreconditionFailed, UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Outbox } from '../../ports/outbox.ts';
import { findUncounted } from '../verify/find-uncounted.ts';
import { readBatchHeader } from '../ingest/read-stored-batch.ts';

export interface AnnouncePorts {
  readonly store: ObjectStore;
  /** Present where intents precede batches. */
  readonly outbox?: Pick<Outbox, 'announce'>;
}

/** Number of batches examined together; each of their windows is read once. */
const batchesAtOnce = 100;
const objectsInFlight = 16;

/**
 * Announces new, uncounted batches of a forgotten customer again, and `verify` has them counted. A store that announces its
 * writes does so when they are written again, unchanged. Most of them are still on their way. But if the clock of a writer
 * was so far ahead that it dated a batch after a tombstone that it did not know, the batch may have been counted in a window
 * that was removed.
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
  { store, outbox }: AnnouncePorts,
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
      const hasIntent = (await outbox?.announce({ customerId, key, isAfterLoss: true })) !== undefined;
      if (!hasIntent) await writeAgain(key, store);
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

async function writeAgain(key: ObjectKey, store: ObjectStore): Promise<void> {
  const object = await store.get(key);
  if (object === undefined) return;
  try {
    await store.put(key, object.body, { ifMatch: object.etag });
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error; // the process that wrote it has announced it
  }
}
