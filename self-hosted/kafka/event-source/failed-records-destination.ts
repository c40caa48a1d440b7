import type { FailureDestination } from '../../../event-source/stream/failure-destination.ts';
import { keepFailedRecord } from '../../../lib/pipeline/failed-records/keep-failed-record.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { reasonOf } from '../../../lib/reason-of.ts';

export interface FailedRecordsDestinationOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/**
 * Creates the destination for records that crash their function again and again: each is kept under
 * `failed/{topic}/{partition}/{offset}` with its cause, where the commands for failed records find it.
 */
export function createFailedRecordsDestination({
  store,
  clock,
}: FailedRecordsDestinationOptions): FailureDestination {
  return {
    async deliver({ requestContext }, { Records }, cause) {
      const reason = `${requestContext.condition}: ${cause instanceof Error ? reasonOf(cause) : String(cause)}`;
      for (const { eventID, eventSourceARN, kinesis } of Records) {
        const record = {
          stream: eventSourceARN.slice(eventSourceARN.indexOf('/') + 1),
          partition: eventID.slice(0, eventID.indexOf(':')),
          sequenceNumber: kinesis.sequenceNumber,
          partitionKey: kinesis.partitionKey,
          data: Buffer.from(kinesis.data, 'base64'),
          cause: reason,
          failedAt: clock.now(),
        };
        await keepFailedRecord(record, store);
      }
    },
  };
}
