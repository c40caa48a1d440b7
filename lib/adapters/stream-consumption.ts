import {
  GetMetricDataCommand,
  type CloudWatchClient,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../ports/clock.ts';
import { onceAMinute } from './once-a-minute.ts';

export interface StreamConsumptionOptions {
  readonly client: CloudWatchClient;
  readonly streamName: string;
  /** The function that consumes the stream. */
  readonly functionName: string;
  readonly clock: Clock;
}

/** A metric's values, each the greatest of its minute, with the start of that minute; the newest first. */
interface Ages {
  readonly minutes: readonly Date[];
  readonly milliseconds: readonly number[];
}

const minuteMilliseconds = 60_000;
/** How far back the ages of records are looked at. */
export const lookBackMilliseconds = 15 * minuteMilliseconds;
/** What was read from the stream may be under way so long: the function's time-out, and as much again. */
const underWayMilliseconds = 2 * minuteMilliseconds;

/**
 * Makes what tells how far a Kinesis stream has been consumed, from the metrics that AWS keeps: the age of what was read
 * from it (`GetRecords.IteratorAgeMilliseconds`, 0 where the reader is at its end) and the age of what its function was
 * invoked with (`IteratorAge`, which goes on growing while the function fails on a record and nothing else is read).
 * https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 *
 * It is asked at most once a minute, as each question costs; it errs on the side of "not yet".
 */
export function createStreamConsumption(options: StreamConsumptionOptions): () => Promise<Date | undefined> {
  return onceAMinute(options.clock, async (now) => {
    const { read, invoked } = await readAges(options, now);
    return consumedThrough(read, invoked);
  });
}

/** `undefined` where nobody has read the stream for a while, or it is not known. */
function consumedThrough(read: Ages, invoked: Ages): Date | undefined {
  const newest = Math.max(...read.minutes.map((minute) => minute.getTime()));
  if (!Number.isFinite(newest)) return undefined;
  const greatestAge = Math.max(0, ...read.milliseconds, ...invoked.milliseconds);
  return new Date(newest - greatestAge - underWayMilliseconds);
}

async function readAges(
  { client, streamName, functionName }: StreamConsumptionOptions,
  now: Date,
): Promise<{ readonly read: Ages; readonly invoked: Ages }> {
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(now.getTime() - lookBackMilliseconds),
      EndTime: now,
      MetricDataQueries: [
        greatestOf('read', 'AWS/Kinesis', 'GetRecords.IteratorAgeMilliseconds', 'StreamName', streamName),
        greatestOf('invoked', 'AWS/Lambda', 'IteratorAge', 'FunctionName', functionName),
      ],
    }),
  );
  const agesOf = (id: string): Ages => {
    const result = MetricDataResults.find(({ Id }) => Id === id);
    return { minutes: result?.Timestamps ?? [], milliseconds: result?.Values ?? [] };
  };
  return { read: agesOf('read'), invoked: agesOf('invoked') };
}

function greatestOf(
  Id: string,
  Namespace: string,
  MetricName: string,
  dimension: string,
  value: string,
): MetricDataQuery {
  const Metric = { Namespace, MetricName, Dimensions: [{ Name: dimension, Value: value }] };
  return { Id, MetricStat: { Metric, Period: minuteMilliseconds / 1_000, Stat: 'Maximum' } };
}
