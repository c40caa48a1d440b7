import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRollUpConsumption } from '../../lib/adapters/roll-up-consumption.ts';
import { Unavailable } from '../../lib/errors.ts';
import type { RollUpBacklog } from '../../lib/ports/roll-up-backlog.ts';
import { customer, windowStart } from '../factories.ts';
import { minutes, noon, startCloudWatch, type CloudWatchServer } from './cloud-watch-server.ts';

const ago = (count: number) => new Date(noon - minutes(count));
/** Minutes that S3 may take to notify the queue of a write. */
const notification = 2;

describe('how far minutes are rolled up, deployed', () => {
  let now: number;
  /** Values of CloudWatch, by minutes before noon; `undefined`: CloudWatch fails. */
  let metrics: Record<'age' | 'dead' | 'died' | 'repeated', Record<number, number>> | undefined;
  let cloudWatch: CloudWatchServer;
  let rollUps: RollUpBacklog;

  beforeEach(async () => {
    now = noon;
    metrics = { age: { 1: 0 }, dead: {}, died: {}, repeated: {} };
    cloudWatch = await startCloudWatch(() => metrics);
    rollUps = createRollUpConsumption({
      client: cloudWatch.client,
      queueName: 'roll-up',
      deadLetterQueueName: 'failed-roll-ups',
      functionName: 'rollUp',
      metricsNamespace: 'logs-dev',
      clock: { now: () => new Date(now) },
    });
  });
  afterEach(() => cloudWatch.close());

  const throughOf = async (countedThrough: Date | undefined) =>
    (await rollUps.of(customer(), countedThrough)).through;

  it('is behind the minutes by the age of the queue’s word, of its oldest message, and of a notification', async () => {
    metrics = { age: { 9: 0, 4: 100, 3: 120 }, dead: { 3: 0 }, died: { 3: 0 }, repeated: {} };
    expect(await throughOf(ago(5))).toEqual(ago(5 + 3 + 2 + notification));
  });

  it('never names waiting minutes, as it knows no customers', async () => {
    const outstanding = await rollUps.of(customer(), ago(5));
    expect(outstanding.entries).toBeUndefined();
    expect(outstanding.waitsWithin({ from: windowStart(), to: windowStart('2025-12-29T00:00:00Z') })).toBe(
      false,
    );
  });

  it.each([
    ['nothing is known of minutes', {}, undefined],
    ['nobody has heard of the queue', { age: {} }, ago(5)],
    ['the oldest message is older than what is known of the streams', { age: { 1: 13 * 60 } }, ago(5)],
    ['there are dead letters', { dead: { 1: 1 } }, ago(5)],
    ['the function has failed', { died: { 29: 1, 3: 0 } }, ago(5)],
    ['a roll-up failed, and is tried again', { repeated: { 20: 2 } }, ago(5)],
  ])('is not known if %s', async (_, changed, countedThrough) => {
    metrics = { age: { 1: 0 }, dead: {}, died: {}, repeated: {}, ...changed };
    expect(await throughOf(countedThrough)).toBeUndefined();
  });

  it('asks once a minute, for half an hour', async () => {
    await throughOf(ago(5));
    now += 59_999;
    await throughOf(ago(5));
    expect(cloudWatch.requests).toHaveLength(1);
    now += 1;
    await throughOf(ago(5));
    expect(cloudWatch.requests).toHaveLength(2);
    const asked = JSON.parse(cloudWatch.requests[0] ?? '') as { StartTime: number };
    expect(asked).toMatchObject({
      StartTime: (noon - minutes(30)) / 1_000,
      MetricDataQueries: [
        {
          MetricStat: {
            Metric: {
              MetricName: 'ApproximateAgeOfOldestMessage',
              Dimensions: [{ Name: 'QueueName', Value: 'roll-up' }],
            },
            Stat: 'Maximum',
          },
        },
        { MetricStat: { Metric: { Dimensions: [{ Name: 'QueueName', Value: 'failed-roll-ups' }] } } },
        { MetricStat: { Metric: { MetricName: 'Errors' }, Stat: 'Sum' } },
        { MetricStat: { Metric: { Namespace: 'logs-dev', Dimensions: [] } } },
      ],
    });
  });

  it('fails if CloudWatch fails, and asks again', async () => {
    metrics = undefined;
    await expect(throughOf(ago(5))).rejects.toThrow(Unavailable);
    metrics = { age: { 1: 0 }, dead: {}, died: {}, repeated: {} };
    expect(await throughOf(ago(5))).toBeInstanceOf(Date);
  });
});
