import {
  decodeBatch,
  decodeBatchHeader,
  type BatchHeader,
  type StoredBatch,
} from '../../domain/batch-format.ts';
import { decodeObject } from '../../domain/decode-object.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

type Reader = Pick<ObjectStore, 'get'>;

/** Most headers are shorter, with no more than some 150 partials; a longer one is read with its whole object. */
const usualHeaderBytes = 16 * 1_024;

/**
 * Reads the header of a stored batch; `undefined` if there is none.
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export async function readBatchHeader(key: ObjectKey, store: Reader): Promise<BatchHeader | undefined> {
  const header = await readShortHeader(key, store);
  return header === 'long' ? readLongHeader(key, store) : header;
}

/** Reads a header that is short; returns `'long'` where `readLongHeader` has to read it. */
export async function readShortHeader(
  key: ObjectKey,
  store: Reader,
): Promise<BatchHeader | 'long' | undefined> {
  const start = await store.get(key, { firstBytes: usualHeaderBytes });
  return start && (decodeObject(key, start.body, decodeBatchHeader) ?? 'long');
}

/** Reads a header of any length, from the whole object. */
export async function readLongHeader(key: ObjectKey, store: Reader): Promise<BatchHeader | undefined> {
  const whole = await store.get(key);
  const header = whole && decodeObject(key, whole.body, decodeBatchHeader);
  // A truncated object is damage, and must not be taken for a missing one.
  if (whole !== undefined && header === undefined) {
    throw new UnreadableFormat(`${key}: A batch is damaged: its header has no end.`);
  }
  return header;
}

/**
 * Reads a stored batch with its partials; `undefined` if there is none.
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export async function readStoredBatch(key: ObjectKey, store: ObjectStore): Promise<StoredBatch | undefined> {
  const object = await store.get(key);
  return object && decodeObject(key, object.body, decodeBatch).batch;
}
