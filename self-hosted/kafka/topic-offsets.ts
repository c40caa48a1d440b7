import { Admin, Consumer, ListOffsetTimestamps } from '@platformatic/kafka';
import type { Offsets, TopicOffsets } from '../../lib/ports/topic-offsets.ts';
import { kafkaUnavailable } from './client/explain.ts';
import { within } from './client/within.ts';
import { clientOptions, type KafkaConnection } from './connection.ts';

/** Offsets of topics in Kafka; `topic` and `group` are names in Kafka. */
export interface KafkaTopicOffsets extends TopicOffsets {
  /**
   * Returns the id that Kafka gave the topic: one that is made anew has another.
   * @throws Unavailable  it cannot be read now
   */
  idOf(topic: string): Promise<string>;
  close(): Promise<void>;
}

/** Somebody waits for the answer: a request, or a barrier that asks again a second later. */
const times = { connectTimeout: 2_000, requestTimeout: 4_000, retries: 1, retryDelay: 100 };
const maxLookMilliseconds = 6_000;

export function createTopicOffsets(connection: KafkaConnection): KafkaTopicOffsets {
  const options = { ...clientOptions(connection), ...times };
  const admin = new Admin(options);
  // It joins no group: only a consumer can list offsets with the retries that a new leader needs.
  const looker = new Consumer({ ...options, groupId: `${connection.prefix}offsets` });

  async function list(topic: string, timestamp: bigint): Promise<Offsets> {
    return available(`The offsets of the topic ${topic} cannot be read.`, async () => {
      await looker.metadata({ topics: [topic], forceUpdate: true });
      const offsets = (await looker.listOffsets({ topics: [topic], timestamp })).get(topic);
      return new Map(offsets?.entries());
    });
  }

  return {
    idOf: (topic) =>
      available(`The topic ${topic} cannot be read.`, async () => {
        const { topics } = await looker.metadata({ topics: [topic], forceUpdate: true });
        const id = topics.get(topic)?.id;
        if (id === undefined) throw new Error('The topic does not exist.');
        return id;
      }),
    ends: (topic) => list(topic, ListOffsetTimestamps.LATEST),
    starts: (topic) => list(topic, ListOffsetTimestamps.EARLIEST),
    committed: (group, topic) =>
      available(`The offsets of the group ${group} cannot be read.`, async () => {
        const { topics } = await looker.metadata({ topics: [topic], forceUpdate: true });
        const count = topics.get(topic)?.partitionsCount ?? 0;
        const partitionIndexes = Array.from({ length: count }, (_, partition) => partition);
        const groups = [{ groupId: group, topics: [{ name: topic, partitionIndexes }] }];
        const [listed] = await admin.listConsumerGroupOffsets({ groups });
        const partitions = listed?.topics.find(({ name }) => name === topic)?.partitions ?? [];
        return new Map(
          partitions
            .filter(({ committedOffset }) => committedOffset >= 0n)
            .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
        );
      }),
    async close() {
      await Promise.all([admin.close(), looker.close(true)]);
    },
  };
}

async function available<T>(message: string, read: () => Promise<T>): Promise<T> {
  try {
    const answer = read();
    if (await within(maxLookMilliseconds, answer)) return await answer;
    throw new Error(`Kafka did not answer within ${maxLookMilliseconds / 1_000} s.`);
  } catch (cause) {
    throw kafkaUnavailable(message, cause);
  }
}
