import { createHash } from 'node:crypto';
import * as z from 'zod';
import { failedRecordKey, type ObjectKey } from './keys.ts';
import { instantSchema, readDocument } from './stored-document.ts';

/** A stream record that can never be applied, with its place on the stream, its cause, and all that it was. */
export interface FailedRecord {
  readonly stream: string;
  /** As the stream names it: a shard's id. */
  readonly partition: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Buffer;
  readonly cause: string;
  readonly failedAt: Date;
}

const formatVersion = 1;

const failedRecordSchema = z.object({
  stream: z.string(),
  partition: z.string(),
  sequenceNumber: z.string(),
  partitionKey: z.string(),
  data: z.base64().transform((text) => Buffer.from(text, 'base64')),
  cause: z.string(),
  failedAt: instantSchema,
});

/** The record as it is stored. */
export function encodeFailedRecord({ data, ...fields }: FailedRecord): Buffer {
  return Buffer.from(JSON.stringify({ formatVersion, ...fields, data: data.toString('base64') }));
}

/** @throws UnreadableFormat  not a failed record, or one of a newer version */
export function decodeFailedRecord(body: Buffer): FailedRecord {
  return readDocument(body.toString(), 'A failed record', formatVersion, failedRecordSchema);
}

/**
 * Where a record may be kept: at its place on the stream, or else beside it, under its content. Sequence numbers begin
 * anew where a stream was made anew, or the log was removed; then another record can be at this one's place.
 */
export function placesOfFailedRecord(record: FailedRecord): readonly [ObjectKey, ObjectKey] {
  const { stream, partition, sequenceNumber } = record;
  return [
    failedRecordKey(stream, partition, sequenceNumber),
    failedRecordKey(stream, partition, `${sequenceNumber}-${digestOf(record)}`),
  ];
}

/** Returns 32 hexadecimal digits that are the same for the same record, wherever on a stream it is. */
export function digestOf({ partitionKey, data }: Pick<FailedRecord, 'partitionKey' | 'data'>): string {
  return createHash('sha256').update(`${partitionKey}\n`).update(data).digest('hex').slice(0, 32);
}
