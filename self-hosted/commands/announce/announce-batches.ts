import pMap from 'p-map';
import { encodeIntent } from '../../../lib/domain/announcement.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { UnreadableFormat } from '../../../lib/errors.ts';
import { readBatchHeader } from '../../../lib/pipeline/ingest/read-stored-batch.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import type { KafkaConnection } from '../../kafka/connection.ts';
import type { KafkaSender } from '../../kafka/send.ts';
import { topicName } from '../../kafka/topics.ts';

export interface AnnounceBatchesPorts {
  readonly store: ObjectStore;
  readonly sender: Pick<KafkaSender, 'send'>;
  readonly connection: Pick<KafkaConnection, 'prefix'>;
  /** Called with the numbers of batches that were looked at and announced so far. */
  readonly onProgress: (looked: number, announced: number) => void;
}

const batchesAtOnce = 500;
const readsAtOnce = 32;

/**
 * Announces again the batches that were stored since an instant. The summarizer and `verify` treat each like a new one,
 * and emit what its windows lack. Batches that cannot be read are announced too; the summarizer then says why.
 * @returns the number of announced batches
 * @throws Unavailable  the store or Kafka is not available; safe to repeat
 */
export async function announceBatches(
  since: Date,
  { store, sender, connection, onProgress }: AnnounceBatchesPorts,
): Promise<number> {
  const topic = topicName(connection, 'batches');
  let looked = 0;
  let announced = 0;
  for await (const keys of inGroups(store.list('batches/'))) {
    const isNew = await pMap(keys, (key) => isStoredSince(key, since, store), { concurrency: readsAtOnce });
    const wanted = keys.filter((_key, index) => isNew[index] === true);
    await sender.send(wanted.map((key) => ({ topic, key, value: encodeIntent({ key, isAfterLoss: true }) })));
    looked += keys.length;
    announced += wanted.length;
    onProgress(looked, announced);
  }
  return announced;
}

async function* inGroups(keys: AsyncIterable<ObjectKey>): AsyncGenerator<readonly ObjectKey[]> {
  let group: ObjectKey[] = [];
  for await (const key of keys) {
    group.push(key);
    if (group.length < batchesAtOnce) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function isStoredSince(key: ObjectKey, since: Date, store: ObjectStore): Promise<boolean> {
  try {
    const header = await readBatchHeader(key, store);
    return header !== undefined && header.storedAt >= since;
  } catch (error) {
    if (error instanceof UnreadableFormat) return true;
    throw error;
  }
}
