import type { Consumer } from '@platformatic/kafka';
import { recordsFrom, type TopicRecord } from '../consumer/topic-record.ts';

/**
 * Reads the first record of a partition from an offset on; `undefined` if there is none.
 * @throws Error  it cannot be read now, or the offset is out of range
 */
export async function readFirstRecord(
  consumer: Consumer,
  topic: string,
  partition: number,
  fromOffset: bigint,
): Promise<TopicRecord | undefined> {
  consumer.topics.track(topic); // the client only fetches from topics that it knows
  const metadata = await consumer.metadata({ topics: [topic] });
  const known = metadata.topics.get(topic);
  const place = known?.partitions[partition];
  if (known === undefined || place === undefined) return undefined;
  const { responses } = await consumer.fetch({
    node: place.leader,
    minBytes: 1,
    maxBytes: 1,
    maxWaitTime: 100,
    topics: [
      {
        topicId: known.id,
        partitions: [
          {
            partition,
            currentLeaderEpoch: -1,
            fetchOffset: fromOffset,
            lastFetchedEpoch: -1,
            // The broker sends at least one batch, even if it is larger.
            partitionMaxBytes: 1,
          },
        ],
      },
    ],
  });
  const batches = responses[0]?.partitions[0]?.records ?? [];
  return recordsFrom(batches, fromOffset)[0];
}
