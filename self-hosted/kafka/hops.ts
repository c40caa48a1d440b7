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

/** Stands for the topic `windows` where the projector's position in it is meant, and not the one of `roll-up`. */
export const projectedWindows = 'windows in the read model';

/**
 * Returns the hops of a batch to ClickHouse. Hours and days are announced while minutes are rolled up, so the projector
 * has them once it has passed what was announced then.
 */
export function hopsToReadModel(connection: Pick<KafkaConnection, 'prefix'>): readonly [Hop, Hop, Hop, Hop] {
  return [...hopsOf(connection), [{ topic: projectedWindows, group: groupName(connection, 'project') }]];
}
