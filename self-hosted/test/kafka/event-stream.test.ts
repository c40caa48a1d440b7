import { Consumer, type Message, type MessagesStream } from '@platformatic/kafka';
import { describeEventStream, type ConsumedRecord } from '../../../test/contract/event-stream.contract.ts';
import { clientOptions } from '../../kafka/connection.ts';
import { createKafkaEventStream } from '../../kafka/event-stream.ts';
import { createSender } from '../../kafka/send.ts';
import { createTopicOffsets } from '../../kafka/topic-offsets.ts';
import { createFreshTopics } from './fresh-topics.ts';

describeEventStream('on Kafka', async (clock) => {
  const fresh = await createFreshTopics(['insights']);
  const { connection } = fresh;
  const topic = fresh.nameOf('insights');
  const group = `${connection.prefix}aggregate`;
  const sender = createSender(connection);
  const offsets = createTopicOffsets(connection);
  const stream = createKafkaEventStream({
    connection,
    topic,
    group,
    sender,
    offsets,
    clock,
    freshMilliseconds: 0,
    // A barrier over this topic alone.
    async countedThrough() {
      const now = clock.now();
      const ends = await offsets.ends(topic);
      const committed = await offsets.committed(group, topic);
      const isPassed = Array.from(ends).every(([partition, end]) => (committed.get(partition) ?? 0n) >= end);
      return isPassed ? now : undefined;
    },
  });
  const consumer = new Consumer({ ...clientOptions(connection), groupId: group, autocommit: false });
  let messages: MessagesStream<Buffer, Buffer, Buffer, Buffer> | undefined;
  let iterator: AsyncIterator<Message> | undefined;
  const position = new Map<number, bigint>();

  return {
    stream,
    tellsBacklog: true,
    tellsCustomersApart: false,
    hasOwnTime: true,
    async consume() {
      const ends = await offsets.ends(topic);
      const isBehind = () =>
        Array.from(ends).some(([partition, end]) => (position.get(partition) ?? 0n) < end);
      const consumed: ConsumedRecord[] = [];
      if (!isBehind()) return consumed;
      messages ??= await consumer.consume({ topics: [topic], mode: 'earliest', maxWaitTime: 50 });
      iterator ??= messages[Symbol.asyncIterator]();
      while (isBehind()) {
        const { value: message } = (await iterator.next()) as IteratorYieldResult<Message>;
        position.set(message.partition, message.offset + 1n);
        consumed.push({
          partitionKey: message.key.toString(),
          data: message.value,
          partition: String(message.partition),
        });
      }
      await consumer.commit({
        offsets: Array.from(position, ([partition, offset]) => ({
          topic,
          partition,
          offset,
          leaderEpoch: -1,
        })),
      });
      return consumed;
    },
    async close() {
      await messages?.close();
      await consumer.close(true);
      await Promise.all([stream.close(), sender.close(), offsets.close()]);
      await fresh.remove();
    },
  };
});
