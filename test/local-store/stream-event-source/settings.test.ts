import { describe, expect, it } from 'vitest';
import { parseStreamEventSettings } from '../../../local-store/stream-event-source/settings.ts';

describe('the settings of a stream event', () => {
  it('are what osls deploys where none are given', () => {
    const event = { type: 'kinesis', arn: { 'Fn::GetAtt': ['InsightStream', 'Arn'] } };
    expect(parseStreamEventSettings(event)).toEqual({
      batchSize: 10,
      batchWindowSeconds: 0,
      parallelizationFactor: 1,
      startingPosition: 'TRIM_HORIZON',
      isEnabled: true,
      bisectsOnError: false,
      reportsItemFailures: false,
    });
  });

  it('are taken as they are worded in serverless.yml', () => {
    const event = {
      type: 'kinesis',
      arn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/insights',
      batchSize: 1_000,
      batchWindow: 2,
      parallelizationFactor: 10,
      startingPosition: 'LATEST',
      enabled: false,
      bisectBatchOnFunctionError: true,
      functionResponseType: 'ReportBatchItemFailures',
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: -1,
      consumer: true,
      destinations: { onFailure: 'arn:aws:sqs:eu-central-1:000000000000:failed' },
    };
    expect(parseStreamEventSettings(event)).toEqual({
      batchSize: 1_000,
      batchWindowSeconds: 2,
      parallelizationFactor: 10,
      startingPosition: 'LATEST',
      isEnabled: false,
      bisectsOnError: true,
      reportsItemFailures: true,
    });
  });

  it.each([
    ['maximumRetryAttempts', 3, /must be -1 or absent.*gave up[^]*maximumRetryAttempts/],
    ['maximumRetryAttempts', 0, /must be -1 or absent/],
    ['maximumRecordAgeInSeconds', 3_600, /must be -1 or absent.*gave up[^]*maximumRecordAgeInSeconds/],
    ['type', 'dynamodb', /only streams of type kinesis/],
    ['type', undefined, /only streams of type kinesis/],
    ['batchSize', 0, /batchSize/],
    ['batchSize', 10_001, /batchSize/],
    ['batchSize', '100', /batchSize/],
    ['batchWindow', 301, /batchWindow/],
    ['parallelizationFactor', 11, /parallelizationFactor/],
    ['startingPosition', 'AT_TIMESTAMP', /TRIM_HORIZON and LATEST/],
    ['functionResponseType', 'Other', /functionResponseType/],
    ['tumblingWindowInSeconds', 30, /not supported[^]*tumblingWindowInSeconds/],
    ['filterPatterns', [{}], /not supported[^]*filterPatterns/],
  ])('are refused with %s: %j', (name, value, message) => {
    expect(() => parseStreamEventSettings({ type: 'kinesis', [name]: value })).toThrow(message);
  });

  it('are refused when they are only an ARN', () => {
    expect(() => parseStreamEventSettings('arn:aws:kinesis:eu:0:stream/x')).toThrow(/cannot be run/);
  });
});
