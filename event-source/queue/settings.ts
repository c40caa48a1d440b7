import * as z from 'zod';

const largestBatchWithoutWindow = 10;

/**
 * An `sqs` event of `serverless.yml`, with the ranges and defaults that osls deploys. A setting that would change
 * which messages arrive, and is not implemented here, is refused; the queue (`arn`) is read elsewhere.
 */
const sqsEvent = z
  .strictObject(
    {
      arn: z.unknown().optional(),
      batchSize: z.int().min(1).max(10_000).default(10),
      maximumBatchingWindow: z.int().min(0).max(300).default(0),
      enabled: z.boolean().default(true),
      functionResponseType: z.literal('ReportBatchItemFailures').optional(),
      // Only for this machine (custom.emulator.events): messages that the function reports as failed come back sooner
      // than their visibility time-out, see `returnDelaySeconds` of the local store.
      firstReturnSeconds: z.int().min(1).max(43_200).optional(),
      // An upper limit, which the single invocation at a time on this machine always respects.
      maximumConcurrency: z.int().min(2).max(1_000).optional(),
      filterPatterns: z.undefined({ error: 'is not supported on this machine' }).optional(),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `is not a setting of an sqs event: ${issue.keys.join(', ')}`
          : undefined,
    },
  )
  .refine(
    ({ batchSize, maximumBatchingWindow }) =>
      batchSize <= largestBatchWithoutWindow || maximumBatchingWindow >= 1,
    {
      path: ['maximumBatchingWindow'],
      error: `must be at least 1 where batchSize is more than ${largestBatchWithoutWindow}: AWS refuses it otherwise`,
    },
  )
  .transform((event) => ({
    batchSize: event.batchSize,
    batchWindowSeconds: event.maximumBatchingWindow,
    isEnabled: event.enabled,
    reportsItemFailures: event.functionResponseType !== undefined,
    firstReturnSeconds: event.firstReturnSeconds,
  }));

/** Settings of an event source for reading a queue and calling its function. */
export type QueueEventSettings = Readonly<z.output<typeof sqsEvent>>;

/**
 * Reads a function's `sqs` event. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
 * @throws Error  names each setting that is invalid, or that this machine does not support
 */
export function parseQueueEventSettings(event: unknown): QueueEventSettings {
  const parsed = sqsEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new Error(`This sqs event cannot be run: ${z.prettifyError(parsed.error)}`);
}
