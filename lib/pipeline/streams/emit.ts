import type { CustomerId } from '../../domain/customer-id.ts';
import { partitionKeyOf } from '../../domain/partial.ts';
import type { EncodedPartial } from '../../domain/summarise.ts';
import { streamNames, type StreamName, type Streams } from './streams.ts';

/** The stream that a partial takes: decided when its batch was described, and the same for every emission. */
export function streamOf({ isLate, isFuture }: Pick<EncodedPartial, 'isLate' | 'isFuture'>): StreamName {
  return isLate || isFuture === true ? 'late' : 'insights';
}

/**
 * Puts the partials of a customer on their streams.
 * @throws Unavailable  a stream cannot take them now; some may have been put, and it is safe to repeat
 */
export async function emit(
  customerId: CustomerId,
  partials: readonly EncodedPartial[],
  streams: Streams,
): Promise<void> {
  const puts = streamNames.map(async (name) => {
    const records = partials
      .filter((partial) => streamOf(partial) === name)
      .map(({ windowStart, data, requests }) => {
        return { partitionKey: partitionKeyOf(customerId, windowStart), data, entries: requests };
      });
    if (records.length > 0) await streams[name].put(records);
  });
  await Promise.all(puts);
}
