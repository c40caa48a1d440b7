import { describe, expect, it } from 'vitest';
import { queueSettings } from '../../../local-store/queues.ts';

function queue(Properties?: Readonly<Record<string, unknown>>) {
  return { Type: 'AWS::SQS::Queue', ...(Properties && { Properties }) };
}

const toFailed = { deadLetterTargetArn: { 'Fn::GetAtt': ['FailedQueue', 'Arn'] }, maxReceiveCount: 100 };

describe('the settings of a queue', () => {
  it('are those of AWS where none are given', () => {
    expect(queueSettings({ VerifyQueue: queue(), Bucket: { Type: 'AWS::S3::Bucket' } })).toEqual([
      { name: 'VerifyQueue', delaySeconds: 0, visibilityTimeoutSeconds: 30, deadLetters: undefined },
    ]);
  });

  it('are taken as they are worded in serverless.yml', () => {
    const settings = queueSettings({
      VerifyQueue: queue({
        QueueName: 'verify',
        DelaySeconds: 5,
        VisibilityTimeout: 360,
        MessageRetentionPeriod: 1_209_600,
        RedrivePolicy: toFailed,
        SqsManagedSseEnabled: true,
      }),
      FailedQueue: queue({ QueueName: 'failed' }),
    });
    expect(settings).toEqual([
      {
        name: 'verify',
        delaySeconds: 5,
        visibilityTimeoutSeconds: 360,
        deadLetters: { queueName: 'failed', maxReceiveCount: 100 },
      },
      { name: 'failed', delaySeconds: 0, visibilityTimeoutSeconds: 30, deadLetters: undefined },
    ]);
  });

  it('have the logical id as a name where only a deployment knows the real one', () => {
    const [settings] = queueSettings({
      VerifyQueue: queue({ QueueName: { 'Fn::Sub': '${AWS::StackName}-v' } }),
    });
    expect(settings?.name).toBe('VerifyQueue');
  });

  it.each([
    [{ DelaySeconds: 901 }, /VerifyQueue[^]*DelaySeconds/],
    [{ VisibilityTimeout: 43_201 }, /VisibilityTimeout/],
    [{ FifoQueue: true }, /not supported on this machine: FifoQueue/],
    [{ QueueName: 'verify.fifo' }, /only runs standard queues/],
    [{ MaximumMessageSize: 1_024 }, /not supported on this machine: MaximumMessageSize/],
    [{ RedrivePolicy: { ...toFailed, maxReceiveCount: 0 } }, /maxReceiveCount/],
    [{ RedrivePolicy: { ...toFailed, maxReceiveCount: 1_000_001 } }, /maxReceiveCount/],
    [{ RedrivePolicy: { ...toFailed, deadLetterTargetArn: 'arn:aws:sqs:eu:0:x' } }, /!GetAtt/],
    [{ RedrivePolicy: toFailed }, /FailedQueue is not an SQS queue of this service/],
  ])('are refused with %j', (properties, message) => {
    expect(() => queueSettings({ VerifyQueue: queue(properties) })).toThrow(message);
  });

  it('are refused where two queues have one name', () => {
    const resources = { A: queue({ QueueName: 'verify' }), B: queue({ QueueName: 'verify' }) };
    expect(() => queueSettings(resources)).toThrow('Two queues of this service have the name "verify"');
  });
});
