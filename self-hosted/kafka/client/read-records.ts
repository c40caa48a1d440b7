import type { Consumer } from '@platformatic/kafka';
import { nextOffset, recordsFrom, type TopicRecord } from '../consumer/topic-record.ts';

/** A part of a partition: the offsets from `from` up to, but not including, `to`. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

const maxBytes = 1024 * 1024;
const maxWaitMilliseconds = 1_000;

/**
 * Yields the existing records of a range, without joining a group.
 * @throws Error  they cannot be read now, or the first offset does not exist any more
 */
export async function* readRecords(
  consumer: Consumer,
  { topic, partition, from, to }: OffsetRange,
): AsyncGenerator<TopicRecord> {
  consumer.topics.track(topic); // the client only fetches from topics that it knows
  for (let offset = from; offset < to;) {
    const metadata = await consumer.metadata({ topics: [topic] });
    const known = metadata.topics.get(topic);
    const place = known?.partitions[partition];
    if (known === undefined || place === undefined) {
      throw new Error(`The topic ${topic} has no partition ${partition}.`);
    }
    const { responses } = await consumer.fetch({
      node: place.leader,
      minBytes: 1,
      maxBytes,
      maxWaitTime: maxWaitMilliseconds,
      topics: [
        {
          topicId: known.id,
          partitions: [
            {
              partition,
              currentLeaderEpoch: -1,
              fetchOffset: offset,
              lastFetchedEpoch: -1,
              // The broker sends at least one batch, even if it is larger.
              partitionMaxBytes: maxBytes,
            },
          ],
        },
      ],
    });
    const batches = responses[0]?.partitions[0]?.records ?? [];
    yield* recordsFrom(batches, offset).filter((record) => record.offset < to);
    const next = nextOffset(batches, offset);
    if (next === offset) throw new Error(`The topic ${topic} has no record at ${offset}, before its end.`);
    offset = next;
  }
}
