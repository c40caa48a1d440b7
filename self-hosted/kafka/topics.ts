import type { KafkaConnection } from './connection.ts';

/** Delays of `verify`, each with a topic of its own. */
export const verifyDelays = [60, 600, 3_600, 86_400] as const;

/** Topics by their role; the names in Kafka begin with the prefix. */
export const topics = [
  'batches',
  'insights',
  'late',
  'windows',
  'verify-60',
  'verify-600',
  'verify-3600',
  'verify-86400',
  'dead-letters',
] as const;

export type Topic = (typeof topics)[number];

/** Groups of consumers; the names in Kafka begin with the prefix. */
export type Group =
  | 'summarizer'
  | 'aggregate'
  | 'aggregate-late'
  | 'flink'
  | 'verify'
  | 'roll-up'
  | 'project'
  | 'dead-letters';

/** Returns the name of a topic in Kafka. */
export function topicName({ prefix }: Pick<KafkaConnection, 'prefix'>, topic: Topic): string {
  return `${prefix}${topic}`;
}

/** Returns the name of a group in Kafka. */
export function groupName({ prefix }: Pick<KafkaConnection, 'prefix'>, group: Group): string {
  return `${prefix}${group}`;
}

/** Topics take batches of records up to this size. */
export const maxMessageBytes = 4 * 1024 * 1024;

/**
 * Groups that read a topic; what all of them have read is not needed any more. The group `flink` may read in place of
 * `aggregate`: see `createCountedOffsets`.
 */
export const groupsOfTopic: Readonly<Record<Topic, readonly Group[]>> = {
  batches: ['summarizer', 'verify'],
  insights: ['aggregate'],
  late: ['aggregate-late'],
  windows: ['roll-up'],
  'verify-60': ['verify'],
  'verify-600': ['verify'],
  'verify-3600': ['verify'],
  'verify-86400': ['verify'],
  'dead-letters': ['dead-letters'],
};
