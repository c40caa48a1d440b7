import type { KinesisStreamEvent } from 'aws-lambda';
import { reportedOutcome } from '../../../event-source/queue/outcome.ts';
import { kinesisStreamEvent } from '../../../event-source/stream/kinesis-event.ts';
import { backoffMilliseconds } from '../../../lib/backoff.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { KafkaConnection } from '../connection.ts';
import { RoleStopped } from '../consumer/role-stopped.ts';
import type { TopicConsumer } from '../consumer/topic-consumer.ts';
import { groupName, topicName } from '../topics.ts';
import type { HeldRecord } from './held-records.ts';
import { startRecordSource } from './record-source.ts';

export interface IntentSourceOptions {
  readonly connection: KafkaConnection;
  /** See `MembershipOptions`. */
  readonly instanceId: string;
  /**
   * Runs the summarizer, which names the records to deliver again (`ReportBatchItemFailures`): as on a queue, only
   * these, and not those behind them. If it rejects with `RoleStopped`, the source ends.
   */
  readonly invoke: (event: KinesisStreamEvent) => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const batchSize = 500;
/** Limit of announced batches of a partition that are not stored yet; at the limit, no more intents are read. */
const maxHeld = 2_000;
const region = 'local';
const backoff = { firstMilliseconds: 100, longestMilliseconds: 2_000, randomShare: 0.3 };

/**
 * Calls the summarizer with intents. An intent whose batch is not stored yet is delivered again and does not hold up
 * others: a request that died may keep the summarizer waiting for the whole time of a put.
 */
export function startIntentSource(options: IntentSourceOptions): TopicConsumer {
  const { connection, instanceId, clock, logger } = options;
  const topic = topicName(connection, 'batches');
  return startRecordSource({
    connection,
    topics: new Map([[topic, 0]]),
    group: groupName(connection, 'summarizer'),
    instanceId,
    batchSize,
    gatherMilliseconds: 0,
    maxHeld,
    process: (records) => summarize(records, topic, options),
    clock,
    logger,
  });
}

async function summarize(
  records: readonly HeldRecord[],
  topic: string,
  { invoke, logger }: IntentSourceOptions,
): Promise<ReadonlyMap<HeldRecord, number>> {
  const bySequence = new Map(records.map((held) => [String(held.record.offset), held]));
  const failed = await failedOf(bySequence, topic, invoke, logger);
  return new Map(failed.map((held) => [held, backoffMilliseconds(held.looks + 1, backoff, Math.random)]));
}

async function failedOf(
  bySequence: ReadonlyMap<string, HeldRecord>,
  topic: string,
  invoke: IntentSourceOptions['invoke'],
  logger: Logger,
): Promise<readonly HeldRecord[]> {
  const records = [...bySequence.values()];
  const delivered = records.map(({ record }) => ({
    sequence: Number(record.offset),
    partitionKey: record.key,
    data: record.value,
    putAt: record.appendedAt,
  }));
  const eventSourceArn = `arn:aws:kinesis:${region}:000000000000:stream/${topic}`;
  const event = kinesisStreamEvent(records[0]?.partition ?? 0, delivered, {
    eventSourceArn,
    region,
    partitionName: String,
  });
  let response: unknown;
  try {
    response = await invoke(event);
  } catch (error) {
    if (error instanceof RoleStopped) throw error;
    logger.warn('Intents could not be processed; they are delivered again', {
      intents: records.length,
      error,
    });
    return records;
  }
  const outcome = reportedOutcome(response, new Set(bySequence.keys()));
  switch (outcome.kind) {
    case 'done':
      return [];
    case 'partly done':
      return records.filter(({ record }) => outcome.failed.has(String(record.offset)));
    case 'failed':
      logger.error('The answer of the summarizer cannot be understood; its intents are delivered again', {
        error: outcome.cause,
      });
      return records;
  }
}
