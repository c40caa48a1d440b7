import { maxRecordBytes, type StreamRecord } from './event-stream.ts';

const maxPartitionKeyLength = 256;

/**
 * Looks at all the records before any of them is put, so that a put that breaks a limit puts nothing. Every adapter
 * of the event stream refuses the same records, whether or not what is behind it would.
 * @throws RangeError  naming the first record that Kinesis would not take
 */
export function requireRecordsWithinLimits(records: readonly StreamRecord[]): void {
  let index = -1;
  for (const { partitionKey, data } of records) {
    index += 1;
    if (partitionKey.length < 1 || partitionKey.length > maxPartitionKeyLength) {
      throw new RangeError(
        `Record ${index}: a partition key has 1 to ${maxPartitionKeyLength} characters, this one ${partitionKey.length}.`,
      );
    }
    const bytes = data.byteLength + Buffer.byteLength(partitionKey);
    if (bytes > maxRecordBytes) {
      throw new RangeError(
        `Record ${index}: data and partition key together have at most ${maxRecordBytes} bytes, these ${bytes}.`,
      );
    }
  }
}
