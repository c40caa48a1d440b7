import { createHash } from 'node:crypto';
import * as z from 'zod';
import { failedRecordKey, type ObjectKey } from './keys.ts';
import { instantSchema, readDocument } from './stored-document.ts';

/** A stream record that can never be applied, with its place on the stream, its cause, and all of its content. */
export interface FailedRecord {
  readonly stream: string;
  /** The partition as the stream names it: a shard's id. */
  readonly partition: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Buffer;
  readonly cause: string;
  readonly failedAt: Date;
}

/** Stands for the stream in a failed record of `roll-up`, which is about a window and comes from a queue or a topic. */
export const rollUpStream = 'roll-up';

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

/** Encodes the record for the store. */
export function encodeFailedRecord({ data, ...fields }: FailedRecord): Buffer {
  return Buffer.from(JSON.stringify({ formatVersion, ...fields, data: data.toString('base64') }));
}

/**
 * Decodes a stored record.
 * @throws UnreadableFormat  not a failed record, or one of a newer version
 */
export function decodeFailedRecord(body: Buffer): FailedRecord {
  return readDocument(body.toString(), 'A failed record', formatVersion, failedRecordSchema);
}

/**
 * Returns the places where a record may be kept: at its place on the stream, or else beside it, under the hash of its
 * content. Sequence numbers start anew when a stream is recreated or the log is removed, so another record can be at
 * this one's place.
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

/** Returns what messages call a record. */
export function nameOfRecord({
  stream,
  partition,
  sequenceNumber,
}: Pick<FailedRecord, 'stream' | 'partition' | 'sequenceNumber'>): string {
  return `Record ${sequenceNumber} in partition ${partition} of ${stream}`;
}
