import { Admin, Consumer } from '@platformatic/kafka';
import { s3Event } from '../../../event-source/queue/s3-event.ts';
import type { DeliveredMessage } from '../../../event-source/queue/sqs-event.ts';
import { NewerFormat, UnreadableFormat } from '../../../lib/errors.ts';
import type { TopicOffsets } from '../../../lib/ports/topic-offsets.ts';
import { kafkaUnavailable } from '../client/explain.ts';
import { clientOptions, type KafkaConnection } from '../connection.ts';
import { encodeMessage } from '../queue-sources/messages.ts';
import type { KafkaSender } from '../send.ts';
import { groupName, topicName, verifyDelays } from '../topics.ts';
import {
  placeOf,
  readDeadLetters,
  type FoundDeadLetters,
  type PlacedDeadLetter,
} from './read-dead-letters.ts';

export interface DeadLetterTopicPorts {
  readonly connection: KafkaConnection;
  readonly sender: Pick<KafkaSender, 'send'>;
  readonly offsets: TopicOffsets;
}

/** The topic of messages that are not tried any more. Close it after use. */
export interface DeadLetterTopic {
  /** The topic's name in Kafka. */
  readonly name: string;
  /** Returns the dead letters as messages of a queue. */
  list(): Promise<readonly DeliveredMessage[]>;
  /**
   * Gives a dead letter back to `verify`, durably, and then notes that it was given back. If the process is killed in
   * between, the batch is verified twice, which changes nothing.
   * @param id  the id of its message
   * @returns false if it is not there any more
   * @throws UnreadableFormat  it is damaged, or a newer version wrote it
   * @throws Unavailable       Kafka cannot take it now
   */
  giveBack(id: string): Promise<boolean>;
  /**
   * Removes a dead letter for good, if it is still there: it notes that nobody needs it, as after it was given back.
   * @param id  the id of its message
   * @throws NewerFormat  a newer version wrote it, which can give it back
   * @throws Unavailable  Kafka cannot take it now
   */
  discard(id: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the topic of dead letters for an operator. */
export function openDeadLetterTopic({ connection, sender, offsets }: DeadLetterTopicPorts): DeadLetterTopic {
  const topic = topicName(connection, 'dead-letters');
  const group = groupName(connection, 'dead-letters');
  const consumer = new Consumer({ ...clientOptions(connection), groupId: `${connection.prefix}operator` });
  let found: FoundDeadLetters | undefined;
  let hasNoted = false;

  async function read(): Promise<FoundDeadLetters> {
    try {
      return await readDeadLetters({ consumer, offsets, topic, group });
    } catch (cause) {
      throw kafkaUnavailable('The dead letters cannot be read.', cause);
    }
  }

  /** Moves the group past everything that is done, which may then be deleted. If this fails, the next call does it. */
  async function passDone(): Promise<void> {
    const { positions } = await read();
    const admin = new Admin(clientOptions(connection));
    try {
      const partitionOffsets = Array.from(positions, ([partition, offset]) => ({ partition, offset }));
      await admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] });
    } catch (cause) {
      throw kafkaUnavailable('The position behind the dead letters cannot be written.', cause);
    } finally {
      await admin.close();
    }
  }

  async function find(id: string): Promise<PlacedDeadLetter | undefined> {
    const { letters } = (found ??= await read());
    return letters.find(({ partition, record }) => placeOf(partition, record.offset) === id);
  }

  /** Notes that a letter is done. */
  async function note({ partition, record }: PlacedDeadLetter): Promise<void> {
    const value = encodeMessage({ givenBack: { partition, offset: Number(record.offset) } });
    await sender.send([{ topic, key: record.key, value }]);
    hasNoted = true;
  }

  return {
    name: topic,
    async list() {
      found = await read();
      return found.letters.map(toMessage);
    },
    async giveBack(id) {
      const placed = await find(id);
      if (placed === undefined) return false;
      const { letter } = placed;
      if (letter instanceof UnreadableFormat) throw letter;
      const { key, firstAt } = letter;
      const value = encodeMessage({ key, firstAt, attempts: 1 });
      await sender.send([{ topic: topicName(connection, `verify-${verifyDelays[0]}`), key, value }]);
      await note(placed);
      return true;
    },
    async discard(id) {
      const placed = await find(id);
      if (placed === undefined) return;
      if (placed.letter instanceof NewerFormat) throw placed.letter;
      await note(placed);
    },
    async close() {
      try {
        if (hasNoted) await passDone();
      } finally {
        await consumer.close(true);
      }
    },
  };
}

function toMessage({ partition, record, letter }: PlacedDeadLetter): DeliveredMessage {
  const { appendedAt: sentAt, offset, value } = record;
  const common = { id: placeOf(partition, offset), sentAt, visibleAt: sentAt };
  if (letter instanceof UnreadableFormat) {
    const body = value.toString();
    return { ...common, body, receiveCount: 0, firstReceivedAt: undefined, sourceQueue: undefined };
  }
  const { key, firstAt, attempts, queue } = letter;
  const at = new Date(firstAt);
  const write = { key, size: 0, eTag: '', sequencer: '', at };
  const body = JSON.stringify(s3Event(write, { configurationId: queue, bucketName: 'local' }, 'local'));
  return { ...common, body, receiveCount: attempts, firstReceivedAt: at, sourceQueue: queue };
}
