import { describe, expect, it } from 'vitest';
import { notificationRules } from '../../../local-store/notifications.ts';

const queues = {
  VerifyQueue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'verify' } },
  RollUpQueue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'roll-up' } },
};

function toQueue(logicalId: string, filter: Readonly<Record<string, string>> = {}) {
  const Rules = Object.entries(filter).map(([Name, Value]) => ({ Name, Value }));
  return {
    Event: 's3:ObjectCreated:*',
    Queue: { 'Fn::GetAtt': [logicalId, 'Arn'] },
    ...(Rules.length > 0 && { Filter: { S3Key: { Rules } } }),
  };
}

function resourcesWith(...QueueConfigurations: readonly unknown[]) {
  const Properties = {
    BucketName: 'log-analytics',
    VersioningConfiguration: { Status: 'Enabled' },
    NotificationConfiguration: { QueueConfigurations },
  };
  return { ...queues, Objects: { Type: 'AWS::S3::Bucket', Properties } };
}

describe('the notification rules of a bucket', () => {
  it('are read as they are worded in serverless.yml', () => {
    const resources = resourcesWith(
      toQueue('VerifyQueue', { prefix: 'batches/' }),
      toQueue('RollUpQueue', { prefix: 'aggregates/minute/', suffix: '.json' }),
    );
    expect(notificationRules(resources)).toEqual([
      {
        configurationId: 'Objects-VerifyQueue-batches/',
        bucketName: 'log-analytics',
        prefix: 'batches/',
        suffix: '',
        queueName: 'verify',
      },
      {
        configurationId: 'Objects-RollUpQueue-aggregates/minute/',
        bucketName: 'log-analytics',
        prefix: 'aggregates/minute/',
        suffix: '.json',
        queueName: 'roll-up',
      },
    ]);
  });

  it('are all keys without a filter, and no keys without notifications', () => {
    expect(notificationRules(resourcesWith(toQueue('VerifyQueue')))).toMatchObject([
      { prefix: '', suffix: '' },
    ]);
    expect(notificationRules({ ...queues, Objects: { Type: 'AWS::S3::Bucket' } })).toEqual([]);
  });

  it('have the logical id as the name of a bucket that only a deployment names', () => {
    const NotificationConfiguration = { QueueConfigurations: [toQueue('VerifyQueue')] };
    const Properties = { BucketName: { 'Fn::Sub': 'x-${AWS::AccountId}' }, NotificationConfiguration };
    expect(notificationRules({ ...queues, Objects: { Type: 'AWS::S3::Bucket', Properties } })).toMatchObject([
      { bucketName: 'Objects' },
    ]);
  });

  it.each([
    [{ ...toQueue('VerifyQueue'), Event: 's3:ObjectRemoved:*' }, /only s3:ObjectCreated/],
    [{ ...toQueue('VerifyQueue'), Queue: 'arn:aws:sqs:eu:0:x' }, /!GetAtt/],
    [toQueue('OtherQueue'), /OtherQueue is not an SQS queue of this service/],
    [toQueue('VerifyQueue', { infix: 'x' }), /must be prefix or suffix/],
    [{ ...toQueue('VerifyQueue'), Filter: { Tags: [] } }, /Filter/],
  ])('are refused with %j', (configuration, message) => {
    expect(() => notificationRules(resourcesWith(configuration))).toThrow(message);
  });

  it('are refused if a rule has two prefixes', () => {
    const Rules = [
      { Name: 'prefix', Value: 'a/' },
      { Name: 'prefix', Value: 'b/' },
    ];
    const configuration = { ...toQueue('VerifyQueue'), Filter: { S3Key: { Rules } } };
    expect(() => notificationRules(resourcesWith(configuration))).toThrow(/two rules of one name/);
  });

  it('are refused if a key could match two of them, as S3 does', () => {
    const one = toQueue('VerifyQueue', { prefix: 'aggregates/' });
    const other = toQueue('RollUpQueue', { prefix: 'aggregates/minute/' });
    expect(() => notificationRules(resourcesWith(one, other))).toThrow(/overlap/);
  });

  it('are refused with other targets than queues', () => {
    const Properties = { NotificationConfiguration: { TopicConfigurations: [] } };
    expect(() => notificationRules({ Objects: { Type: 'AWS::S3::Bucket', Properties } })).toThrow(
      /TopicConfigurations/,
    );
  });

  it('are refused of two buckets', () => {
    const { Objects } = resourcesWith(toQueue('VerifyQueue'));
    const Others = { ...Objects, Properties: { ...Objects.Properties, BucketName: 'others' } };
    expect(() => notificationRules({ ...queues, Objects, Others })).toThrow(/one bucket on this machine/);
  });
});
