import QuickLRU from 'quick-lru';
import type { ReceivedRecord } from '../../lib/pipeline/aggregate/aggregate.ts';

/** Time for which a record is tried that fails by a fault of this program: it may be one that passes. */
const triedMilliseconds = 60_000;
const triedTimes = 3;
/** More fail only where all of them do, and then none is to blame. */
const maxRemembered = 10_000;

/**
 * Remembers records that fail by a fault of this program, and reports when one has failed for so long that it is not tried
 * any more. The position of its partition waits for it, and with it `countedThrough` of everybody.
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
