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

/** Values of a metric, each the maximum of its minute, with the start of that minute; the newest first. */
interface Ages {
  readonly minutes: readonly Date[];
  readonly milliseconds: readonly number[];
}

const minuteMilliseconds = 60_000;
/** Time span for which the ages of records are examined. */
export const lookBackMilliseconds = 15 * minuteMilliseconds;
/** Records read from the stream may be in processing for this long: twice the function's time-out. */
const underWayMilliseconds = 2 * minuteMilliseconds;

/**
 * Estimates how far a Kinesis stream has been consumed, from the metrics that AWS keeps: the age of records read from
 * it (`GetRecords.IteratorAgeMilliseconds`, 0 where the reader is at its end) and the age of records passed to its
 * function (`IteratorAge`, which keeps growing while the function fails on a record and nothing else is read).
 * https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 *
 * It queries the metrics at most once a minute, as each query costs money; in doubt its answer is "not yet".
 */
export function createStreamConsumption(options: StreamConsumptionOptions): () => Promise<Date | undefined> {
  return onceAMinute(options.clock, async (now) => {
    const { read, invoked } = await readAges(options, now);
    return consumedThrough(read, invoked);
  });
}

/** Returns the instant, or `undefined` if nobody has read the stream for a while or the progress is not known. */
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
