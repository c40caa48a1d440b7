import * as z from 'zod';
import { UnreadableFormat } from '../errors.ts';

/**
 * Records of a stream that an event source stopped delivering, because their function crashed or reported them for
 * too long.
 */
export interface FailedInvocation {
  readonly stream: string;
  readonly partition: string;
  readonly functionName: string;
  /** AWS's name of the reason: `RetryAttemptsExhausted`, `RecordAgeExceeded`. */
  readonly condition: string;
  readonly invocations: number;
  /** False if the function ended normally and reported the records as failed. */
  readonly hasDied: boolean;
  readonly failedAt: Date;
  readonly records: readonly FailedInvocationRecord[];
}

export interface FailedInvocationRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Buffer;
}

const eventSchema = z.object({
  Records: z
    .array(
      z
        .object({
          kinesis: z.object({ sequenceNumber: z.string(), partitionKey: z.string(), data: z.base64() }),
        })
        .transform(({ kinesis }) => ({ ...kinesis, data: Buffer.from(kinesis.data, 'base64') })),
    )
    .min(1),
});

const invocationRecordSchema = z.object({
  version: z.literal('1.0'),
  requestContext: z.object({
    functionArn: z.string(),
    condition: z.string(),
    approximateInvokeCount: z.number(),
  }),
  responseContext: z.object({ functionError: z.string().nullish() }).nullish(),
  timestamp: z.iso.datetime().transform((text) => new Date(text)),
  KinesisBatchInfo: z.object({ shardId: z.string(), streamArn: z.string() }),
  payload: z.string(),
});

/**
 * Decodes the object that a bucket as on-failure destination got.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 * @throws UnreadableFormat  it is damaged, or another kind of object
 */
export function decodeFailedInvocation(body: Buffer): FailedInvocation {
  const record = read(body.toString(), invocationRecordSchema);
  const { requestContext, responseContext, KinesisBatchInfo } = record;
  return {
    stream: KinesisBatchInfo.streamArn.replace(/^.*\//, ''),
    partition: KinesisBatchInfo.shardId,
    functionName: requestContext.functionArn.replace(/^.*:function:/, ''),
    condition: requestContext.condition,
    invocations: requestContext.approximateInvokeCount,
    hasDied: typeof responseContext?.functionError === 'string',
    failedAt: record.timestamp,
    records: read(record.payload, eventSchema).Records,
  };
}

function read<T>(text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof z.ZodError)) throw cause;
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : 'it is not JSON.';
    throw new UnreadableFormat(`A record of an invocation is damaged: ${reason}`, { cause });
  }
}
