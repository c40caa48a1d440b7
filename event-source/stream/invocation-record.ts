import { randomUUID } from 'node:crypto';
import type { ExhaustedRecords, FailedRecords } from './exhausted-records.ts';
import { shardIdOf } from './kinesis-event.ts';

/**
 * The message that AWS sends to a destination about records that reached a limit.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export interface InvocationRecord {
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: ExhaustedRecords['condition'];
    readonly approximateInvokeCount: number;
  };
  readonly responseContext: {
    readonly statusCode: 200;
    readonly executedVersion: '$LATEST';
    /** `null` if the function ended normally and reported the record. */
    readonly functionError: 'Unhandled' | null;
  };
  readonly version: '1.0';
  readonly timestamp: string;
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
}

/** The origin of records. */
export interface RecordOrigin {
  readonly functionArn: string;
  readonly eventSourceArn: string;
  readonly partition: number;
}

/** @throws RangeError  there are no records */
export function invocationRecord(
  { records, condition }: ExhaustedRecords,
  { invocations, outcome }: FailedRecords,
  { functionArn, eventSourceArn, partition }: RecordOrigin,
  now: Date,
): InvocationRecord {
  const [first, last] = [records.at(0), records.at(-1)];
  if (first === undefined || last === undefined)
    throw new RangeError('There are no records for the destination.');
  return {
    requestContext: {
      // The id of the last invocation, which has none on this machine.
      requestId: randomUUID(),
      functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      functionError: outcome.kind === 'failed' ? 'Unhandled' : null,
    },
    version: '1.0',
    timestamp: now.toISOString(),
    KinesisBatchInfo: {
      shardId: shardIdOf(partition),
      startSequenceNumber: String(first.sequence),
      endSequenceNumber: String(last.sequence),
      approximateArrivalOfFirstRecord: first.putAt.toISOString(),
      approximateArrivalOfLastRecord: last.putAt.toISOString(),
      batchSize: records.length,
      streamArn: eventSourceArn,
    },
  };
}
