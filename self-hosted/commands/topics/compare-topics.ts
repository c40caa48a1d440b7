import { topicSettings, type TopicChoices } from '../../kafka/topic-settings.ts';
import { topics, type Topic } from '../../kafka/topics.ts';
import type { FoundTopic } from './read-topics.ts';

/** A wrong setting of a topic. */
export interface WrongSetting {
  readonly topic: Topic;
  readonly name: string;
  readonly is: string;
  readonly mustBe: string;
}

export interface Comparison {
  readonly missing: readonly Topic[];
  readonly wrongSettings: readonly WrongSetting[];
  /** Topics with fewer copies than configured. */
  readonly fewReplicas: readonly Topic[];
  /** Topics with fewer partitions than configured. */
  readonly fewPartitions: readonly Topic[];
}

/** Compares topics with what is configured. */
export function compareTopics(found: ReadonlyMap<Topic, FoundTopic>, choices: TopicChoices): Comparison {
  const existing = [...found];
  return {
    missing: topics.filter((topic) => !found.has(topic)),
    wrongSettings: existing.flatMap(([topic, { settings }]) =>
      Object.entries(topicSettings(topic, choices)).flatMap(([name, mustBe]) => {
        const is = settings.get(name) ?? 'not set';
        return isEnough(name, is, mustBe) ? [] : [{ topic, name, is, mustBe }];
      }),
    ),
    fewReplicas: existing
      .filter(([, { replication }]) => replication < choices.replication)
      .map(([topic]) => topic),
    fewPartitions: existing
      .filter(([, { partitions }]) => partitions < choices.partitions)
      .map(([topic]) => topic),
  };
}

/** Larger limits do no harm. */
const lowerLimits: ReadonlySet<string> = new Set(['max.message.bytes', 'min.insync.replicas']);

function isEnough(name: string, is: string, mustBe: string): boolean {
  return is === mustBe || (lowerLimits.has(name) && Number(is) >= Number(mustBe));
}
