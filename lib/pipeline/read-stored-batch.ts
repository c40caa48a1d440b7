import {
  decodeBatch,
  decodeBatchHeader,
  type BatchHeader,
  type StoredBatch,
} from '../domain/batch-format.ts';
import type { ObjectKey } from '../domain/keys.ts';
import { UnreadableFormat } from '../errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Most headers are shorter; one that is not is read with its whole object. */
const usualHeaderBytes = 16 * 1_024;

/**
 * The header of a stored batch, or `undefined` where there is none.
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export async function readBatchHeader(key: ObjectKey, store: ObjectStore): Promise<BatchHeader | undefined> {
  const start = await store.get(key, { firstBytes: usualHeaderBytes });
  const header = start && decodeBatchHeader(start.body);
  if (start === undefined || header !== undefined) return header;
  const whole = await store.get(key);
  const wholeHeader = whole && decodeBatchHeader(whole.body);
  // An object that was cut off is damage, and must not be taken for one that is not there.
  if (whole !== undefined && wholeHeader === undefined) {
    throw new UnreadableFormat('A batch is damaged: its header has no end.');
  }
  return wholeHeader;
}

/**
 * A stored batch with its partials, or `undefined` where there is none.
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export async function readStoredBatch(key: ObjectKey, store: ObjectStore): Promise<StoredBatch | undefined> {
  const object = await store.get(key);
  return object && decodeBatch(object.body).batch;
}
