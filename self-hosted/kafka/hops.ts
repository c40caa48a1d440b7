import type { Hop } from '../../lib/domain/barrier.ts';
import type { KafkaConnection } from './connection.ts';
import { groupName, topicName, type Group, type Topic } from './topics.ts';

/** Returns the hops of a batch: to the streams, to its minutes, to its hours and days. */
export function hopsOf(connection: Pick<KafkaConnection, 'prefix'>): readonly [Hop, Hop, Hop] {
  const lane = (topic: Topic, group: Group) => ({
    topic: topicName(connection, topic),
    group: groupName(connection, group),
  });
  return [
    [lane('batches', 'summarizer')],
    [lane('insights', 'aggregate'), lane('late', 'aggregate-late')],
    [lane('windows', 'roll-up')],
  ];
}
