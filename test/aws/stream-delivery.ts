import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { shuffled } from '../../traffic/seeded-order.ts';
import { createShardReader, type ReadRecord } from './shard-reader.ts';

export interface StreamDeliveryOptions {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly handler: (event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse>;
  readonly random: () => number;
  /** The share of invocations that get their records in another order, or again after they were done. */
  readonly disorder: number;
}

/** The event source mapping from a stream to its function, a step at a time. */
export interface StreamDelivery {
  /** Reads what there is, and invokes the function until everything is done. */
  deliver(): Promise<void>;
}

const batchSize = 100;
const maxInvocations = 1_000;

export function createStreamDelivery({
  client,
  streamName,
  handler,
  random,
  disorder,
}: StreamDeliveryOptions): StreamDelivery {
  const reader = createShardReader(client, streamName);

  /**
   * Invokes the function; returns the records that must come again: all from the first that failed, since a
   * checkpoint is a place in the shard.
   */
  async function invoke(records: readonly ReadRecord[]): Promise<readonly ReadRecord[]> {
    const batch = random() < disorder ? shuffled(records, random) : records;
    const { batchItemFailures } = await handler(kinesisEvent(batch, streamName)).catch(() => ({
      batchItemFailures: [{ itemIdentifier: batch[0]?.record.SequenceNumber }],
    }));
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const first = batch.findIndex(({ record }) => failed.has(record.SequenceNumber));
    if (first >= 0) return batch.slice(first);
    return random() < disorder ? batch : [];
  }

  return {
    async deliver() {
      let waiting = await reader.read();
      for (let invocations = 0; waiting.length > 0; invocations += 1) {
        if (invocations === maxInvocations) throw new Error('The function never finishes its records.');
        const shard = waiting[0]?.shardId;
        const batch = waiting.filter(({ shardId }) => shardId === shard).slice(0, batchSize);
        const left = await invoke(batch);
        const done = new Set(batch);
        waiting = [...left, ...waiting.filter((record) => !done.has(record))];
      }
    },
  };
}

function kinesisEvent(records: readonly ReadRecord[], streamName: string): KinesisStreamEvent {
  return {
    Records: records.map(
      ({ shardId, record: { PartitionKey = '', SequenceNumber = '', Data = [], ...record } }) => ({
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: PartitionKey,
          sequenceNumber: SequenceNumber,
          data: Buffer.from(Data).toString('base64'),
          approximateArrivalTimestamp: (record.ApproximateArrivalTimestamp?.getTime() ?? 0) / 1_000,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `${shardId}:${SequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: 'arn:aws:iam::000000000000:role/aggregate',
        awsRegion: 'us-east-1',
        eventSourceARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${streamName}`,
      }),
    ),
  };
}
