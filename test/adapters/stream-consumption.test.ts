import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStreamConsumption } from '../../lib/adapters/stream-consumption.ts';
import { minutes, noon, startCloudWatch, type CloudWatchServer } from './cloud-watch-server.ts';

describe('how far a Kinesis stream has been consumed', () => {
  let now: number;
  /** The greatest age of each minute in CloudWatch, by minutes before noon; `undefined`: CloudWatch fails. */
  let metrics: { read: Record<number, number>; invoked: Record<number, number> } | undefined;
  let cloudWatch: CloudWatchServer;
  let consumedThrough: () => Promise<Date | undefined>;

  beforeEach(async () => {
    now = noon;
    metrics = { read: {}, invoked: {} };
    cloudWatch = await startCloudWatch(() => metrics);
    consumedThrough = createStreamConsumption({
      client: cloudWatch.client,
      streamName: 'insights',
      functionName: 'aggregate',
      clock: { now: () => new Date(now) },
    });
  });
  afterEach(() => cloudWatch.close());

  it('is the newest minute with data, less the time for processing', async () => {
    metrics = { read: { 5: 0, 3: 0, 2: 0 }, invoked: {} };
    expect(await consumedThrough()).toEqual(new Date(noon - minutes(2 + 2)));
  });

  it('is earlier by the greatest age of the records read', async () => {
    metrics = { read: { 3: minutes(30), 2: 0 }, invoked: {} };
    expect(await consumedThrough()).toEqual(new Date(noon - minutes(2 + 30 + 2)));
  });

  it('depends on the records that the function fails on, while nothing else of their shard is read', async () => {
    metrics = { read: { 2: 0 }, invoked: { 4: minutes(10), 2: minutes(12) } };
    expect(await consumedThrough()).toEqual(new Date(noon - minutes(2 + 12 + 2)));
  });

  it('is not known if nobody has read the stream', async () => {
    metrics = { read: {}, invoked: { 2: 0 } };
    expect(await consumedThrough()).toBeUndefined();
  });

  it('asks for the greatest ages of both, once a minute', async () => {
    await consumedThrough();
    now += 59_999;
    await consumedThrough();
    expect(cloudWatch.requests).toHaveLength(1);
    now += 1;
    await consumedThrough();
    expect(cloudWatch.requests).toHaveLength(2);
    const asked: unknown = JSON.parse(cloudWatch.requests[0] ?? '');
    expect(asked).toMatchObject({
      StartTime: (noon - minutes(15)) / 1_000,
      EndTime: noon / 1_000,
      MetricDataQueries: [
        {
          MetricStat: {
            Metric: { Dimensions: [{ Name: 'StreamName', Value: 'insights' }] },
            Stat: 'Maximum',
          },
        },
        {
          MetricStat: { Metric: { Dimensions: [{ Name: 'FunctionName', Value: 'aggregate' }] }, Period: 60 },
        },
      ],
    });
  });

  it('fails if CloudWatch fails, and asks again', async () => {
    metrics = undefined;
    await expect(consumedThrough()).rejects.toThrow('UnknownError');
    metrics = { read: { 2: 0 }, invoked: {} };
    expect(await consumedThrough()).toBeInstanceOf(Date);
  });
});
