import { describe, expect, it } from 'vitest';
import { streamMappings } from '../../../local-store/emulator/stream-mappings.ts';
import type { Resources } from '../../../local-store/resources.ts';

const resources: Resources = {
  InsightStream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'insights' } },
  FailedRecords: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'failed' } },
  LogBucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'logs' } },
  Alarms: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'alarms' } },
};

function arnOf(logicalId: string) {
  return { 'Fn::GetAtt': [logicalId, 'Arn'] };
}

function destinationOf(onFailure: unknown) {
  const stream = { type: 'kinesis', arn: arnOf('InsightStream'), destinations: { onFailure } };
  const functions = { aggregate: { handler: 'a.handler', name: 'aggregate', events: [{ stream }] } };
  return streamMappings(functions, resources)[0]?.destination;
}

describe('the on-failure destination of a stream event', () => {
  it.each([
    [arnOf('FailedRecords')],
    [{ type: 'sqs', arn: arnOf('FailedRecords') }],
    [{ arn: 'arn:aws:sqs:eu-central-1:123456789012:failed' }],
    ['arn:aws:sqs:eu-central-1:123456789012:failed'],
  ])('is the queue that it names: %j', (onFailure) => {
    expect(destinationOf(onFailure)).toEqual({ kind: 'queue', queueName: 'failed' });
  });

  it.each([[arnOf('LogBucket')], [{ type: 'sqs', arn: arnOf('LogBucket') }], ['arn:aws:s3:::logs']])(
    'is the bucket that it names: %j',
    (onFailure) => {
      expect(destinationOf(onFailure)).toEqual({ kind: 'bucket' });
    },
  );

  it.each([
    ['arn:aws:sqs:eu-central-1:123456789012:logs'],
    ['arn:aws:s3:::failed'],
    ['arn:aws:sns:eu-central-1:123456789012:alarms'],
    ['failed'],
    [arnOf('Alarms')],
    [arnOf('InsightStream')],
    [arnOf('Nobody')],
    [{ type: 'sns', arn: { Ref: 'Alarms' } }],
    [{ type: 'sqs' }],
    [5],
  ])('is refused where this service has no such queue or bucket: %j', (onFailure) => {
    expect(() => destinationOf(onFailure)).toThrow(
      'The event of the stream "insights" of the function "aggregate" has an on-failure destination that is neither an SQS queue nor an S3 bucket',
    );
  });

  it('may be missing', () => {
    expect(destinationOf(undefined)).toBeUndefined();
  });
});
