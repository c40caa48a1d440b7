import type { CustomerId } from '../../domain/customer-id.ts';
import { partitionKeyOf } from '../../domain/partial.ts';
import { streamNames, streamOf, type StreamName } from '../../domain/stream-name.ts';
import type { EncodedPartial } from '../../domain/summarise.ts';
import type { StreamRecord } from '../../ports/event-stream.ts';
import type { Streams } from './streams.ts';

/**
 * Puts the partials of a customer on their streams.
 * @throws Unavailable  a stream cannot take them now; some may have been put, and it is safe to repeat
 */
export async function emit(
  customerId: CustomerId,
  partials: readonly EncodedPartial[],
  streams: Streams,
): Promise<void> {
  const records: Record<StreamName, StreamRecord[]> = { insights: [], late: [] };
  for (const partial of partials) {
    const { windowStart, data, requests } = partial;
    const partitionKey = partitionKeyOf(customerId, windowStart);
    records[streamOf(partial)].push({ partitionKey, data, entries: requests });
  }
  const puts = streamNames.map(async (name) => {
    if (records[name].length > 0) await streams[name].put(records[name]);
  });
  await Promise.all(puts);
}
