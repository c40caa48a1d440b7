import { horizonKeys } from '../../domain/keys.ts';
import { decodeRetention } from '../../domain/retention-format.ts';
import type { ObjectReader } from './audit-ports.ts';

/** Maximum difference between the time when a file was written, which the horizon uses, and the clock that dated its batch. */
const marginMilliseconds = 86_400_000;

/**
 * Reads until when the pipeline itself has deleted raw batches, so that those which were stored before may be gone;
 * `undefined` where it has deleted none. Where the store expires them by itself, it does not say so.
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  it is damaged, or a newer version wrote it
 */
export async function readRawHorizon(store: ObjectReader): Promise<Date | undefined> {
  const object = await store.get(horizonKeys.raw);
  const horizon = object && decodeRetention(object.body).current?.horizon;
  return horizon === undefined ? undefined : new Date(Date.parse(horizon) + marginMilliseconds);
}
