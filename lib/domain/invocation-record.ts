import * as z from 'zod';
import { parseJson } from '../parse-json.ts';
import type { CustomerId } from './customer-id.ts';

/** The part of a stream record that names its customer. */
export interface KeyedRecord {
  readonly partitionKey: string;
  readonly data: Buffer;
}

/**
 * The parts of an invocation record that contain records.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
const invocationSchema = z.looseObject({ payload: z.string() });
const kinesisRecordSchema = z.looseObject({
  kinesis: z.looseObject({ partitionKey: z.string(), data: z.string() }),
});
const eventSchema = z.looseObject({ Records: z.array(kinesisRecordSchema) });

/** Reports whether a record counts for a customer, by its partition key. */
export function isRecordOf(
  customerId: CustomerId,
  { partitionKey }: Pick<KeyedRecord, 'partitionKey'>,
): boolean {
  return partitionKey.startsWith(`${customerId}/`);
}

/**
 * Removes records from the record of a failed invocation.
 * @returns the rest of it; `undefined` if no record is left; the original if it is not such a record
 */
export function withoutRecords(
  body: Buffer,
  isTakenOut: (record: KeyedRecord) => boolean,
): { readonly isChanged: boolean; readonly body: Buffer | undefined } {
  const { data: invocation } = invocationSchema.safeParse(parseJson(body.toString()));
  const { data: event } = eventSchema.safeParse(invocation && parseJson(invocation.payload));
  if (invocation === undefined || event === undefined) return { isChanged: false, body };
  const Records = event.Records.filter(({ kinesis: { partitionKey, data } }) => {
    return !isTakenOut({ partitionKey, data: Buffer.from(data, 'base64') });
  });
  if (Records.length === event.Records.length) return { isChanged: false, body };
  if (Records.length === 0) return { isChanged: true, body: undefined };
  const payload = JSON.stringify({ ...event, Records });
  return { isChanged: true, body: Buffer.from(JSON.stringify({ ...invocation, payload })) };
}
