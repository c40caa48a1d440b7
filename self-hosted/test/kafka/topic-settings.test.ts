import { describe, expect, it } from 'vitest';
import { topicSettings } from '../../kafka/topic-settings.ts';
import { topics } from '../../kafka/topics.ts';

const production = { partitions: 12, replication: 3, flushesIntents: false };

describe('the settings of a topic', () => {
  it.each(topics)('keep every record of %s, with the time of the broker', (topic) => {
    expect(topicSettings(topic, production)).toEqual({
      'cleanup.policy': 'delete',
      'retention.ms': '-1',
      'retention.bytes': '-1',
      'message.timestamp.type': 'LogAppendTime',
      'max.message.bytes': '4194304',
      'unclean.leader.election.enable': 'false',
      'min.insync.replicas': '2',
    });
  });

  it('let a single broker acknowledge alone', () => {
    expect(topicSettings('batches', { ...production, replication: 1 })).toMatchObject({
      'min.insync.replicas': '1',
    });
  });

  it('have the broker flush intents, and only these, where that is wanted', () => {
    const flushed = topics.filter(
      (topic) => topicSettings(topic, { ...production, flushesIntents: true })['flush.messages'] === '1',
    );
    expect(flushed).toEqual(['batches']);
  });
});
