import pMap from 'p-map';
import type { BatchHeader } from '../../domain/batch-format.ts';
import { decodeObject } from '../../domain/decode-object.ts';
import type { EncodedPartial } from '../../domain/summarise.ts';
import { minuteKey, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { unseen } from '../../domain/packed-ids.ts';
import { partialId } from '../../domain/partial.ts';
import { decodeWindow } from '../../domain/window-format.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Retention } from '../expire/retention.ts';

/** Facts about a batch that are needed to find it in its windows. */
export interface SoughtBatch extends Pick<BatchHeader, 'customerId' | 'id' | 'payloadHash'> {
  readonly partials: readonly Pick<EncodedPartial, 'windowStart' | 'part'>[];
}

/** Batches that their windows lack. A batch that is in neither list is in all of its windows. */
export interface Uncounted {
  /** The places, in the header's list, of the partials that their windows do not hold. */
  readonly places: ReadonlyMap<SoughtBatch, ReadonlySet<number>>;
  /** Batches with a window that could not be read, and why. */
  readonly failures: ReadonlyMap<SoughtBatch, unknown>;
}

/** A partial that its window should hold. */
interface Expected {
  readonly batch: SoughtBatch;
  readonly place: number;
  readonly id: Buffer;
}

/** A batch may have ten thousand windows; at 30 ms a read, these take ten seconds. */
const windowsInFlight = 32;

/**
 * Looks for the partials of batches in their windows. Each window is read once, however many of the batches have a part in
 * it. Partials of expired windows count as counted, since nobody can know more.
 * @param retention  without it no window expires
 */
export async function findUncounted(
  batches: readonly SoughtBatch[],
  store: ObjectStore,
  retention?: Retention,
): Promise<Uncounted> {
  const places = new Map<SoughtBatch, Set<number>>();
  const failures = new Map<SoughtBatch, unknown>();
  await pMap(
    expectedByWindow(batches),
    async ([key, expected]) => {
      try {
        if (retention !== undefined && windowStartOfKey(key) < (await retention.horizon())) return;
        const window = await store.get(key);
        const held =
          window === undefined ? Buffer.alloc(0) : decodeObject(key, window.body, decodeWindow).partialIds;
        const lacking = unseen(held, expected);
        // Asked again: what was missing may have been deleted since.
        const mayHaveExpired = lacking.length > 0 && retention !== undefined;
        if (mayHaveExpired && windowStartOfKey(key) < (await retention.horizon())) return;
        for (const { batch, place } of lacking) {
          const others = places.get(batch);
          if (others === undefined) places.set(batch, new Set([place]));
          else others.add(place);
        }
      } catch (error) {
        for (const { batch } of expected) failures.set(batch, error);
      }
    },
    { concurrency: windowsInFlight },
  );
  return { places, failures };
}

function expectedByWindow(batches: readonly SoughtBatch[]): Map<ObjectKey, Expected[]> {
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
