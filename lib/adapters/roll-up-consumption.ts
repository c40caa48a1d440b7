import {
  GetMetricDataCommand,
  type CloudWatchClient,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { Unavailable } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { RollUpBacklog } from '../ports/roll-up-backlog.ts';
import { onceAMinute } from './once-a-minute.ts';
import { lookBackMilliseconds } from './stream-consumption.ts';

export interface RollUpConsumptionOptions {
  readonly client: CloudWatchClient;
  readonly queueName: string;
  readonly deadLetterQueueName: string;
  /** The function that consumes the queue. */
  readonly functionName: string;
  /** Of the functions' own metrics. */
  readonly metricsNamespace: string;
  readonly clock: Clock;
}

const minuteMilliseconds = 60_000;
/** S3 tells a queue of a write within seconds, as a rule; AWS names no longest time. */
const notificationMilliseconds = 2 * minuteMilliseconds;
/** Longer than a message that failed is hidden (15 minutes) and waits for its batch (2). */
const failuresLookBackMilliseconds = 30 * minuteMilliseconds;

/**
 * Makes what tells how far minutes are rolled up, from the metrics that AWS keeps of the roll-up queue. It knows no
 * customers, so it never names what waits; it errs on the side of "not yet".
 *
 * Everything that was sent to the queue before the oldest message is done. The age of that message leaves out those that
 * were received three times or more; so nothing is known while the function has failed or postponed any within the time
 * in which they come back, or dead letters are there.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function createRollUpConsumption(options: RollUpConsumptionOptions): RollUpBacklog {
  const oldestSentAt = onceAMinute(options.clock, (now) => askForOldest(options, now));
  return {
    async of(_customerId, countedThrough) {
      const sentAt = await oldestSentAt().catch((cause: unknown) => {
        throw new Unavailable('How far minutes are rolled up is not known.', { cause });
      });
      const through = rolledUpThrough(sentAt, countedThrough, options.clock.now());
      return { through, entries: undefined, waitsWithin: () => false };
    },
    // The alarms look at the queue themselves.
    oldestWrittenAt: async () => undefined,
  };
}

/**
 * Let `written` be when the notification of a write was sent at the latest that is done by now. Within the time that
 * `countedThrough` looks back to, what was accepted has been in its minutes after `now - countedThrough` at the latest:
 * so what was accepted as long as that before `written` was in its minutes by then, and is rolled up now.
 */
function rolledUpThrough(
  oldestSentAt: Date | undefined,
  countedThrough: Date | undefined,
  now: Date,
): Date | undefined {
  if (oldestSentAt === undefined || countedThrough === undefined) return undefined;
  const written = oldestSentAt.getTime() - notificationMilliseconds;
  if (written < now.getTime() - lookBackMilliseconds) return undefined;
  return new Date(countedThrough.getTime() - Math.max(0, now.getTime() - written));
}

async function askForOldest(options: RollUpConsumptionOptions, now: Date): Promise<Date | undefined> {
  const { client, queueName, deadLetterQueueName, functionName, metricsNamespace } = options;
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(now.getTime() - failuresLookBackMilliseconds),
      EndTime: now,
      MetricDataQueries: [
        metric('age', 'Maximum', 'AWS/SQS', 'ApproximateAgeOfOldestMessage', { QueueName: queueName }),
        metric('dead', 'Maximum', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', {
          QueueName: deadLetterQueueName,
        }),
        metric('died', 'Sum', 'AWS/Lambda', 'Errors', { FunctionName: functionName }),
        metric('repeated', 'Sum', metricsNamespace, 'log_analytics_roll_ups_repeated_total', {}),
      ],
    }),
  );
  const resultOf = (id: string) => MetricDataResults.find(({ Id }) => Id === id);
  const hasFailures = ['dead', 'died', 'repeated'].some((id) =>
    resultOf(id)?.Values?.some((value) => value > 0),
  );
  return hasFailures ? undefined : oldestOf(resultOf('age'));
}

/** By the newest minute of which there is word; `undefined` where there is none. */
function oldestOf({ Timestamps = [], Values = [] }: MetricDataResult = {}): Date | undefined {
  let newest: { readonly minute: number; readonly seconds: number } | undefined;
  for (const [index, timestamp] of Timestamps.entries()) {
    const minute = timestamp.getTime();
    const seconds = Values[index];
    if (seconds !== undefined && minute > (newest?.minute ?? -Infinity)) newest = { minute, seconds };
  }
  return newest && new Date(newest.minute - newest.seconds * 1_000);
}

function metric(
  Id: string,
  Stat: 'Maximum' | 'Sum',
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, string>>,
): MetricDataQuery {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace, MetricName, Dimensions };
  return { Id, MetricStat: { Metric, Period: minuteMilliseconds / 1_000, Stat } };
}
