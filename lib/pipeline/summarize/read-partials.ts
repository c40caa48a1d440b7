import { decodeBatchStart, type StoredBatch } from '../../domain/batch-format.ts';
import { decodeObject } from '../../domain/decode-object.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

type Reader = Pick<ObjectStore, 'get'>;

/** Mostly that is the header with all partials. */
const usualBytes = 64 * 1_024;

/** A batch whose partials end beyond the usual bytes. */
export interface LongBatch {
  readonly bytesNeeded: number;
}

/**
 * Reads a batch with its partials and without its body, if that is short.
 * @returns `undefined` if there is no such object
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export async function readShortBatch(
  key: ObjectKey,
  store: Reader,
): Promise<StoredBatch | LongBatch | undefined> {
  const object = await store.get(key, { firstBytes: usualBytes });
  if (object === undefined) return undefined;
  const start = decodeObject(key, object.body, decodeBatchStart);
  if ('batch' in start) return start.batch;
  return { bytesNeeded: start.bytesNeeded ?? object.size };
}

/** Reads a long batch with its partials; see `readShortBatch` for the errors. */
export async function readLongBatch(
  key: ObjectKey,
  { bytesNeeded }: LongBatch,
  store: Reader,
): Promise<StoredBatch | undefined> {
  const object = await store.get(key, { firstBytes: bytesNeeded });
  if (object === undefined) return undefined;
  const start = decodeObject(key, object.body, decodeBatchStart);
  if ('batch' in start) return start.batch;
  const needed = start.bytesNeeded ?? object.size;
  // Another batch has taken its place.
  if (needed > object.body.length && needed <= object.size) {
    return readLongBatch(key, { bytesNeeded: needed }, store);
  }
  throw new UnreadableFormat(`${key}: A batch is damaged: it ends before its partials do.`);
}
