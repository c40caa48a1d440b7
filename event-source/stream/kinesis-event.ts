import type { KinesisStreamEvent } from 'aws-lambda';
import type { DeliveredRecord } from './delivered-record.ts';

/** The origin of an event, as the function sees it. */
export interface EventOrigin {
  readonly eventSourceArn: string;
  readonly region: string;
  /** Names a partition in the events; as Kinesis names its shards if it is absent. */
  readonly partitionName?: ((partition: number) => string) | undefined;
}

/** Names the partition as Kinesis names its shards. */
export function shardIdOf(partition: number): string {
  return `shardId-${String(partition).padStart(12, '0')}`;
}

const invokeIdentityArn = 'arn:aws:iam::000000000000:role/local';

/**
 * Creates the event that AWS would invoke the function with: a new one each time, since the emulator passes the
 * object itself and a function may change it. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
export function kinesisStreamEvent(
  partition: number,
  records: readonly DeliveredRecord[],
  { eventSourceArn, region, partitionName = shardIdOf }: EventOrigin,
): KinesisStreamEvent {
  const name = partitionName(partition);
  return {
    Records: records.map(({ sequence, partitionKey, data, putAt }) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey,
        sequenceNumber: String(sequence),
        data: data.toString('base64'),
        approximateArrivalTimestamp: putAt.getTime() / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${name}:${sequence}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn,
      awsRegion: region,
      eventSourceARN: eventSourceArn,
    })),
  };
}
