import * as z from 'zod';
import { parseJson } from '../parse-json.ts';
import type { CustomerId } from './customer-id.ts';

/** A record of a stream, as far as it says whose it is. */
export interface KeyedRecord {
  readonly partitionKey: string;
  readonly data: Buffer;
}

/**
 * The parts of an invocation record that have records in them.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
const invocationSchema = z.looseObject({ payload: z.string() });
const kinesisRecordSchema = z.looseObject({
  kinesis: z.looseObject({ partitionKey: z.string(), data: z.string() }),
});
const eventSchema = z.looseObject({ Records: z.array(kinesisRecordSchema) });

/** Tells whether a record counts for a customer, by its partition key. */
export function isRecordOf(
  customerId: CustomerId,
  { partitionKey }: Pick<KeyedRecord, 'partitionKey'>,
): boolean {
  return partitionKey.startsWith(`${customerId}/`);
}

/**
 * Takes records out of the record of an invocation that was given up.
 * @returns the rest of it, `undefined` where no record is left; unchanged where it is not such a record
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
