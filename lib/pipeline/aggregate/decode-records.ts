import { decodePartial, partitionKeyOf } from '../../domain/partial.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ReceivedPartial, ReceivedRecord, UncountedRecord } from './received-record.ts';

/** Reads the partials of records; those that cannot be read are returned with their reasons. */
export function decodeRecords(records: readonly ReceivedRecord[]): {
  readonly received: readonly ReceivedPartial[];
  readonly unreadable: readonly UncountedRecord[];
} {
  const received: ReceivedPartial[] = [];
  const unreadable: UncountedRecord[] = [];
  for (const record of records) {
    try {
      received.push(decodeRecord(record));
    } catch (error) {
      unreadable.push({ record, error }); // a fault of this program, too, concerns this record alone
    }
  }
  return { received, unreadable };
}

/**
 * A partition key orders the records of one window and says whose backlog they are, so a record whose key names another
 * window was not put by this program.
 */
function decodeRecord(record: ReceivedRecord): ReceivedPartial {
  const partial = decodePartial(record.data);
  if (record.partitionKey !== partitionKeyOf(partial.customerId, partial.windowStart)) {
    throw new UnreadableFormat('A stream record is damaged: its partition key names another window.');
  }
  return { record, partial };
}
