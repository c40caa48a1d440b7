import { describe, expect, it } from 'vitest';
import { parseQueueEventSettings, queueNameOfEvent } from '../../../local-store/queue-event-source.ts';

const arn = { 'Fn::GetAtt': ['VerifyQueue', 'Arn'] };

describe('the settings of an sqs event', () => {
  it('are those that osls deploys if none are given', () => {
    expect(parseQueueEventSettings({ arn })).toEqual({
      batchSize: 10,
      batchWindowSeconds: 0,
      isEnabled: true,
      reportsItemFailures: false,
    });
  });

  it('are taken as they are worded in serverless.yml', () => {
    const event = {
      arn,
      batchSize: 10_000,
      maximumBatchingWindow: 300,
      enabled: false,
      functionResponseType: 'ReportBatchItemFailures',
      maximumConcurrency: 2,
    };
    expect(parseQueueEventSettings(event)).toEqual({
      batchSize: 10_000,
      batchWindowSeconds: 300,
      isEnabled: false,
      reportsItemFailures: true,
    });
  });

  it.each([
    [{ batchSize: 0 }, /batchSize/],
    [{ batchSize: 10_001, maximumBatchingWindow: 1 }, /batchSize/],
    [{ batchSize: 11 }, /at least 1 where batchSize is more than 10[^]*maximumBatchingWindow/],
    [{ maximumBatchingWindow: 301 }, /maximumBatchingWindow/],
    [{ maximumConcurrency: 1 }, /maximumConcurrency/],
    [{ functionResponseType: 'Other' }, /functionResponseType/],
    [{ filterPatterns: [{}] }, /not supported[^]*filterPatterns/],
    [{ batchWindow: 5 }, /is not a setting of an sqs event: batchWindow/],
  ])('are refused with %j', (settings, message) => {
    expect(() => parseQueueEventSettings({ arn, ...settings })).toThrow(message);
  });

  it('are refused when they are only an ARN', () => {
    expect(() => parseQueueEventSettings('arn:aws:sqs:eu:0:x')).toThrow(/cannot be run/);
  });

  it('name a queue of the service', () => {
    const resources = {
      VerifyQueue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'verify' } },
      InsightStream: { Type: 'AWS::Kinesis::Stream' },
    };
    expect(queueNameOfEvent({ arn }, resources)).toBe('verify');
    expect(() => queueNameOfEvent({ arn: { 'Fn::GetAtt': ['InsightStream', 'Arn'] } }, resources)).toThrow(
      'InsightStream is not an SQS queue of this service',
    );
    expect(() => queueNameOfEvent({ arn: 'arn:aws:sqs:eu:0:x' }, resources)).toThrow(/!GetAtt[^]*arn/);
  });
});
