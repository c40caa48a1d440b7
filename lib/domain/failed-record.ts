import * as z from 'zod';
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
