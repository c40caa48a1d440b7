import type { KinesisStreamEvent } from 'aws-lambda';
import { batchesOf, maxBatchBytes } from '../../../event-source/stream/batches.ts';
import {
  deliver,
  untried,
  type Delivery,
  type Part,
  type Start,
} from '../../../event-source/stream/deliver.ts';
import type { DeliveredRecord } from '../../../event-source/stream/delivered-record.ts';
import type { DeliveryContext } from '../../../event-source/stream/delivery-context.ts';
import { IsolatedDeliveries } from '../../../event-source/stream/isolated-deliveries.ts';
import { Slots } from '../../../event-source/stream/slots.ts';
import type { FailureDestination } from '../../../event-source/stream/failure-destination.ts';
import type { StreamEventSettings } from '../../../event-source/stream/settings.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import { realTimers } from '../../../lib/timers.ts';
import type { KafkaConnection } from '../connection.ts';
import type { OwnedPartition } from '../consumer/owned-partition.ts';
import { RoleStopped } from '../consumer/role-stopped.ts';
import { startTopicConsumer, type TopicConsumer } from '../consumer/topic-consumer.ts';
import type { TopicRecord } from '../consumer/topic-record.ts';
import { gather } from './gather.ts';

export interface StreamEventSourceOptions {
  readonly connection: KafkaConnection;
  /** Names in Kafka. */
  readonly topic: string;
  readonly group: string;
  /** See `TopicConsumerOptions`. */
  readonly sharedWith?: readonly string[];
  /** The name of this process in the group; see `MembershipOptions`. */
  readonly instanceId: string;
  /** The function's key in `serverless.yml`. */
  readonly functionKey: string;
  /** Settings of its `stream` event there. */
  readonly settings: StreamEventSettings;
  /** If it rejects with `RoleStopped`, the source ends. */
  readonly invoke: (event: KinesisStreamEvent) => Promise<unknown>;
  /** Gets records that have reached the age limit. */
  readonly destination: FailureDestination;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Topics are named in events as streams are on AWS. */
const region = 'local';
const account = '000000000000';
const atOnce: Start = { failures: 0, inMilliseconds: 0 };
/**
 * Limit of records behind a failing one; at the limit, its partition waits for it. They are delivered again after a
 * restart, and their offsets are kept in memory, at some 100 bytes each.
 */
const maxOutstanding = 100_000;

/**
 * Works like AWS's event source mapping from a stream to a function, with a topic in place of the stream: invokes the
 * function with genuine Kinesis events, in order, one invocation at a time per partition. A customer whose records fail
 * is delivered separately while the others continue; the position of the partition waits until the failures are over
 * or, with a limit of age, until the destination has the record.
 * @throws Error  a setting is not supported here
 */
export function startStreamEventSource(options: StreamEventSourceOptions): TopicConsumer {
  const { settings, topic } = options;
  if (settings.parallelizationFactor !== 1) {
    throw new Error(
      `parallelizationFactor of the function ${options.functionKey} must be 1: add partitions to the topic instead.`,
    );
  }
  return startTopicConsumer({
    ...options,
    topics: [topic],
    work: (partition) => consumePartition(partition, options),
  });
}

async function consumePartition(partition: OwnedPartition, options: StreamEventSourceOptions): Promise<void> {
  const { topic, functionKey, settings, clock, logger } = options;
  const limits = { maxRecords: settings.batchSize, maxBytes: maxBatchBytes };
  let stopped: RoleStopped | undefined;
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  partition.signal.addEventListener('abort', stop, { once: true });

  const context: DeliveryContext = {
    stream: { name: topic },
    consumer: functionKey,
    functionArn: `arn:aws:lambda:${region}:${account}:function:${functionKey}`,
    eventSourceArn: `arn:aws:kinesis:${region}:${account}:stream/${topic}`,
    region,
    partitionName: String,
    settings,
    destination: options.destination,
    async invoke(event) {
      try {
        return await options.invoke(event);
      } catch (error) {
        if (error instanceof RoleStopped) {
          stopped = error;
          stop(); // nothing new begins, so its records are not retried until they are too old
        }
        throw error;
      }
    },
    logger,
    clock,
    timers: realTimers,
    random: Math.random,
    stopping: stopping.signal,
  };
  const isolated = new IsolatedDeliveries();
  const slots = new Slots(1);
  const deliverParts = (parts: readonly Part[], start: Start): Promise<void> => {
    const delivery: Delivery = {
      partition: partition.partition,
      run: (invoke) => slots.run(invoke),
      async onDone(records) {
        partition.finish(records.map(({ sequence }) => ({ offset: BigInt(sequence) })));
      },
      isolate(apart, itsStart) {
        if (start !== atOnce) return false; // these are separate already
        return isolated.start(() => deliverParts(apart, itsStart));
      },
    };
    return deliver(parts, start, delivery, context);
  };
  while (!stopping.signal.aborted) {
    const records = await gather(partition, limits, settings.batchWindowSeconds * 1_000);
    await deliverParts(batchesOf(records.map(toDelivered), limits).map(untried), atOnce);
    if (partition.outstanding >= maxOutstanding) await isolated.ended();
  }
  await isolated.ended();
  if (stopped !== undefined) throw stopped;
}

function toDelivered({ offset, key, value, appendedAt }: TopicRecord): DeliveredRecord {
  return { sequence: Number(offset), partitionKey: key, data: value, putAt: appendedAt };
}
