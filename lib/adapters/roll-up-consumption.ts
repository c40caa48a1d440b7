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
  /** Namespace of the functions' own metrics. */
  readonly metricsNamespace: string;
  readonly clock: Clock;
}

const minuteMilliseconds = 60_000;
/** S3 usually sends a notification within seconds; AWS states no upper limit. */
const notificationMilliseconds = 2 * minuteMilliseconds;
/** Longer than a failed message stays hidden (15 minutes) and waits for its batch (2). */
const failuresLookBackMilliseconds = 30 * minuteMilliseconds;

/**
 * Estimates from the metrics of the roll-up queue how far minutes are rolled up. The metrics do not name customers,
 * so it never says which minutes wait; in doubt its answer is "not yet".
 *
 * Everything sent to the queue before the oldest message is done. But the age of that message ignores messages
 * received three times or more. So nothing is known while there are dead letters, or while the function has failed or
 * postponed a message within the time after which such messages come back.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function createRollUpConsumption(options: RollUpConsumptionOptions): RollUpBacklog {
  const oldestSentAt = onceAMinute(options.clock, (now) => askForOldest(options, now));
  return {
    async of(_customerId, countedThrough) {
      const sentAt = await oldestSentAt().catch((cause: unknown) => {
        throw new Unavailable('The progress of the roll-up is not known.', { cause });
      });
      const through = rolledUpThrough(sentAt, countedThrough, options.clock.now());
      return { through, entries: undefined, waitsWithin: () => false };
    },
    // The alarms watch the queue itself.
    oldestWrittenAt: async () => undefined,
  };
}

/**
 * Returns the instant through which windows are rolled up. Let `written` be the latest time at which a notification
 * was sent that is done by now. Within the time that `countedThrough` looks back, an accepted batch was in its
 * minutes after at most `now - countedThrough`. So a batch accepted that long before `written` was in its minutes by
 * then, and is rolled up now.
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

/** Returns the oldest time according to the newest minute with data; `undefined` if there is none. */
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
