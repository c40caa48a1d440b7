import { describe, expect, it } from 'vitest';
import { parseStreamEventSettings } from '../../../event-source/stream/settings.ts';

describe('the settings of a stream event', () => {
  it('are those that osls deploys if none are given', () => {
    const event = { type: 'kinesis', arn: { 'Fn::GetAtt': ['InsightStream', 'Arn'] } };
    expect(parseStreamEventSettings(event)).toEqual({
      batchSize: 10,
      batchWindowSeconds: 0,
      parallelizationFactor: 1,
      startingPosition: 'TRIM_HORIZON',
      isEnabled: true,
      bisectsOnError: false,
      reportsItemFailures: false,
      maxRetryAttempts: Infinity,
      maxRecordAgeSeconds: Infinity,
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
      maximumRetryAttempts: 10_000,
      maximumRecordAgeInSeconds: 604_800,
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
      maxRetryAttempts: 10_000,
      maxRecordAgeSeconds: 604_800,
    });
  });

  it('have no limit where it is -1, also without a destination', () => {
    const event = { type: 'kinesis', maximumRetryAttempts: -1, maximumRecordAgeInSeconds: -1 };
    const { maxRetryAttempts, maxRecordAgeSeconds } = parseStreamEventSettings(event);
    expect([maxRetryAttempts, maxRecordAgeSeconds]).toEqual([Infinity, Infinity]);
  });

  it.each([
    ['maximumRetryAttempts', 3, /needs destinations.onFailure.*would be lost[^]*maximumRetryAttempts/],
    ['maximumRetryAttempts', 0, /needs destinations.onFailure/],
    ['maximumRetryAttempts', -2, /must be -1 or from 0 to 10000/],
    ['maximumRetryAttempts', 10_001, /must be -1 or from 0 to 10000/],
    ['maximumRecordAgeInSeconds', 3_600, /needs destinations.onFailure[^]*maximumRecordAgeInSeconds/],
    ['maximumRecordAgeInSeconds', 59, /must be -1 or from 60 to 604800/],
    ['maximumRecordAgeInSeconds', 604_801, /must be -1 or from 60 to 604800/],
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
