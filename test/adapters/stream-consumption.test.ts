import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStreamConsumption } from '../../lib/adapters/stream-consumption.ts';
import { credentials } from '../aws/clients.ts';
import { listen, type RunningServer } from '../aws/running-server.ts';

const noon = Date.UTC(2025, 11, 28, 12);
const minutes = (count: number) => count * 60_000;

describe('how far a Kinesis stream has been consumed', () => {
  let now: number;
  /** The greatest age of each minute in CloudWatch, by minutes before noon; `undefined`: CloudWatch fails. */
  let metrics: { read: Record<number, number>; invoked: Record<number, number> } | undefined;
  let requests: string[];
  let server: RunningServer;
  let client: CloudWatchClient;
  let consumedThrough: () => Promise<Date | undefined>;

  beforeEach(async () => {
    now = noon;
    metrics = { read: {}, invoked: {} };
    requests = [];
    server = await listen(
      createServer((message, response) => {
        void text(message).then((body) => {
          requests.push(body);
          if (metrics === undefined) return response.writeHead(400).end('{"__type":"InternalServiceFault"}');
          const MetricDataResults = Object.entries(metrics).map(([Id, ages]) => ({
            Id,
            Timestamps: Object.keys(ages).map((before) => (noon - minutes(Number(before))) / 1_000),
            Values: Object.values(ages),
          }));
          return response.writeHead(200).end(JSON.stringify({ MetricDataResults }));
        });
      }),
    );
    client = new CloudWatchClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    });
    consumedThrough = createStreamConsumption({
      client,
      streamName: 'insights',
      functionName: 'aggregate',
      clock: { now: () => new Date(now) },
    });
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
  });

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
    expect(requests).toHaveLength(1);
    now += 1;
    await consumedThrough();
    expect(requests).toHaveLength(2);
    const asked: unknown = JSON.parse(requests[0] ?? '');
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
