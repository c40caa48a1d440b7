import pMap from 'p-map';
import type { BatchHeader } from '../domain/batch-format.ts';
import { minuteKey, type ObjectKey } from '../domain/keys.ts';
import { unseen } from '../domain/packed-ids.ts';
import { partialId } from '../domain/partial.ts';
import { decodeWindow } from '../domain/window-format.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** A partial of a batch, by its place in the header's list. */
interface Expected {
  readonly batch: BatchHeader;
  readonly place: number;
  readonly id: Buffer;
}

const windowsInFlight = 16;

/**
 * The places of those partials that their windows do not hold, for each batch that has any: the proof of the others is
 * that the windows themselves hold their ids. Each window is read once, however many of the batches have a part in it.
 * @throws Unavailable       the store cannot be read now
 * @throws UnreadableFormat  a window is damaged, or of a newer version
 */
export async function findUncounted(
  batches: readonly BatchHeader[],
  store: ObjectStore,
): Promise<ReadonlyMap<BatchHeader, ReadonlySet<number>>> {
  const uncounted = new Map<BatchHeader, Set<number>>();
  await pMap(
    expectedByWindow(batches),
    async ([key, expected]) => {
      const window = await store.get(key);
      const held = window === undefined ? Buffer.alloc(0) : decodeWindow(window.body).partialIds;
      for (const { batch, place } of unseen(held, expected)) {
        const places = uncounted.get(batch);
        if (places === undefined) uncounted.set(batch, new Set([place]));
        else places.add(place);
      }
    },
    { concurrency: windowsInFlight },
  );
  return uncounted;
}

function expectedByWindow(batches: readonly BatchHeader[]): Map<ObjectKey, Expected[]> {
  const windows = new Map<ObjectKey, Expected[]>();
  for (const batch of batches) {
    const { customerId, id: batchId, payloadHash, partials } = batch;
    for (const [place, { windowStart, part }] of partials.entries()) {
      const key = minuteKey(customerId, windowStart);
      const expected = { batch, place, id: partialId(batchId, payloadHash, part) };
      const others = windows.get(key);
      if (others === undefined) windows.set(key, [expected]);
      else others.push(expected);
    }
  }
  return windows;
}
