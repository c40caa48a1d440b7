import QuickLRU from 'quick-lru';
import type { ReceivedRecord } from '../../lib/pipeline/aggregate/aggregate.ts';

/** Time for which a record that fails by a fault of this program is tried again, since the fault may pass. */
const triedMilliseconds = 60_000;
const triedTimes = 3;
/** More records fail only if all do, and then none is to blame. */
const maxRemembered = 10_000;

/**
 * Remembers records that fail by a fault of this program, and reports when one has failed for so long that it is no
 * longer tried. Until then, the position of its partition waits for it, and so does everybody's `countedThrough`.
 * @param elapsed  returns milliseconds since some instant
 */
export function createFaultyRecords(elapsed: () => number): (record: ReceivedRecord) => boolean {
  const failing = new QuickLRU<string, { readonly since: number; readonly times: number }>({
    maxSize: maxRemembered,
  });
  return ({ stream, partition, sequenceNumber }) => {
    const place = `${stream}/${partition}/${sequenceNumber}`;
    const { since, times } = failing.get(place) ?? { since: elapsed(), times: 0 };
    failing.set(place, { since, times: times + 1 });
    return times + 1 >= triedTimes && elapsed() - since >= triedMilliseconds;
  };
}
