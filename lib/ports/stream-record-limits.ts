import { maxRecordBytes, type StreamRecord } from './event-stream.ts';

const maxPartitionKeyLength = 256;

/**
 * Checks all records before any of them is put, so that a put that breaks a limit puts nothing. Every adapter of the
 * event stream refuses the same records, even if the system behind it would not.
 * @throws RangeError  names the first record that Kinesis would refuse
 */
export function requireRecordsWithinLimits(records: readonly StreamRecord[]): void {
  let index = -1;
  for (const { partitionKey, data } of records) {
    index += 1;
    if (partitionKey.length < 1 || partitionKey.length > maxPartitionKeyLength) {
      throw new RangeError(
        `Record ${index}: a partition key must have 1 to ${maxPartitionKeyLength} characters, but this one has ${partitionKey.length}.`,
      );
    }
    const bytes = data.byteLength + Buffer.byteLength(partitionKey);
    if (bytes > maxRecordBytes) {
      throw new RangeError(
        `Record ${index}: data and partition key together must have at most ${maxRecordBytes} bytes, but these have ${bytes}.`,
      );
    }
  }
}
