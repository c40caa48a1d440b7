import { maxMessageBytes, type Topic } from './topics.ts';

export interface TopicChoices {
  /** Number of partitions of each topic. */
  readonly partitions: number;
  /** Number of brokers that hold each record. */
  readonly replication: number;
  /**
   * True if a broker flushes each intent to its disk before it acknowledges it: needed where brokers share power,
   * since Kafka does not flush by itself.
   */
  readonly flushesIntents: boolean;
}

/**
 * Returns the settings of a topic. Nothing is deleted by age or size: only what all groups have read, and with a
 * command. The broker sets the time of a record, from which delays count. No replica that lacks acknowledged records
 * may become leader, and an acknowledged record is on two brokers if there are three.
 */
export function topicSettings(
  topic: Topic,
  { replication, flushesIntents }: TopicChoices,
): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': String(maxMessageBytes),
    'unclean.leader.election.enable': 'false',
    'min.insync.replicas': String(replication >= 3 ? 2 : 1),
    ...(topic === 'batches' && flushesIntents && { 'flush.messages': '1' }),
  };
}
