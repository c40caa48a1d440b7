import * as z from 'zod';
import type { Fault } from './fault-proxy.ts';

/** A record of a `PutRecords` request. */
export interface PutRecord {
  readonly index: number;
  readonly partitionKey: string;
}

const requestSchema = z.looseObject({
  Records: z.array(z.looseObject({ PartitionKey: z.string() })).default([]),
});
const answerSchema = z.looseObject({ Records: z.array(z.unknown()) });

/** Returns the records of a request, in the protocol's JSON; none for another request. */
export function putRecordsOf(body: Buffer): PutRecord[] {
  const { Records } = requestSchema.parse(JSON.parse(body.toString() || '{}'));
  return Records.map(({ PartitionKey }, index) => ({ index, partitionKey: PartitionKey }));
}

/** Lets through only some of the records of a request, like an overloaded shard. */
export function throttled(isRefused: (record: PutRecord) => boolean): (body: Buffer) => Fault {
  return (body) => {
    const request = requestSchema.parse(JSON.parse(body.toString()));
    const refusals = putRecordsOf(body).map(isRefused);
    const Records = request.Records.filter((_, index) => refusals[index] === false);
    const FailedRecordCount = request.Records.length - Records.length;
    const refusal = { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'Rate exceeded' };
    if (Records.length === 0) {
      const answer = { FailedRecordCount, Records: refusals.map(() => refusal) };
      return { kind: 'refused', answer: { status: 200, body: JSON.stringify(answer) } };
    }
    return {
      kind: 'changed',
      body: Buffer.from(JSON.stringify({ ...request, Records })),
      answer(answered) {
        const taken = answerSchema.parse(JSON.parse(answered.toString())).Records.values();
        const results = refusals.map((refused) => (refused ? refusal : taken.next().value));
        return Buffer.from(JSON.stringify({ FailedRecordCount, Records: results }));
      },
    };
  };
}
