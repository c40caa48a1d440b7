import type { ReadEntry, RejectedEntry } from '../../read-entry.ts';
import { createRecordReader } from './entry-of-record.ts';
import { maxRecordBytes, type OtlpRecord } from './otlp-record.ts';
import { readJsonRecords } from './read-json.ts';
import { readProtobufRecords } from './read-protobuf.ts';

const tooLong: RejectedEntry = { problems: [{ reason: `has more than ${maxRecordBytes} bytes` }] };

/**
 * Reads the log records of an OTLP request in protobuf.
 * @throws InvalidRequest  the body is not such a request
 */
export function otlpProtobufEntries(body: Buffer): Generator<ReadEntry | undefined, void> {
  return entriesOf(readProtobufRecords(body));
}

/**
 * Reads the log records of an OTLP request in JSON.
 * @throws InvalidRequest  the body is not such a request
 */
export function otlpJsonEntries(body: Buffer): Generator<ReadEntry | undefined, void> {
  return entriesOf(readJsonRecords(body));
}

function* entriesOf(records: Iterable<OtlpRecord | undefined>): Generator<ReadEntry | undefined, void> {
  const read = createRecordReader();
  for (const record of records) yield record === undefined ? tooLong : read(record);
}
