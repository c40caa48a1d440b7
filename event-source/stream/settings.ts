import * as z from 'zod';

/**
 * A `stream` event of `serverless.yml`, with the ranges and defaults that osls deploys (its default batch size is 10,
 * not AWS's 100). A setting that would change which records arrive, and is not implemented here, is refused; the
 * stream (`arn`) and the on-failure destination are read elsewhere.
 */
const streamEvent = z
  .object({
    type: z.literal('kinesis', { error: 'only streams of type kinesis are run on this machine' }),
    batchSize: z.int().min(1).max(10_000).default(10),
    batchWindow: z.int().min(0).max(300).default(0),
    parallelizationFactor: z.int().min(1).max(10).default(1),
    startingPosition: z
      .enum(['TRIM_HORIZON', 'LATEST'], { error: 'TRIM_HORIZON and LATEST are supported on this machine' })
      .default('TRIM_HORIZON'),
    enabled: z.boolean().default(true),
    bisectBatchOnFunctionError: z.boolean().default(false),
    functionResponseType: z.literal('ReportBatchItemFailures').optional(),
    maximumRetryAttempts: limit(0, 10_000),
    maximumRecordAgeInSeconds: limit(60, 604_800),
    destinations: z.object({ onFailure: z.unknown() }).optional(),
    tumblingWindowInSeconds: z.literal(0, { error: 'is not supported on this machine' }).optional(),
    filterPatterns: z.undefined({ error: 'is not supported on this machine' }).optional(),
  })
  .superRefine((event, context) => {
    if (event.destinations?.onFailure !== undefined) return;
    for (const name of ['maximumRetryAttempts', 'maximumRecordAgeInSeconds'] as const) {
      if (event[name] === Infinity) continue;
      const message =
        'needs destinations.onFailure: without it, a record that reaches the limit would be lost';
      context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .transform((event) => ({
    batchSize: event.batchSize,
    batchWindowSeconds: event.batchWindow,
    parallelizationFactor: event.parallelizationFactor,
    startingPosition: event.startingPosition,
    isEnabled: event.enabled,
    bisectsOnError: event.bisectBatchOnFunctionError,
    reportsItemFailures: event.functionResponseType !== undefined,
    maxRetryAttempts: event.maximumRetryAttempts,
    maxRecordAgeSeconds: event.maximumRecordAgeInSeconds,
  }));

/** Settings of an event source for reading a stream and calling its function; a missing limit is `Infinity`. */
export type StreamEventSettings = Readonly<z.output<typeof streamEvent>>;

/**
 * Reads a function's `stream` event.
 * @throws Error  names each setting that is invalid, or that this machine does not support
 */
export function parseStreamEventSettings(event: unknown): StreamEventSettings {
  const parsed = streamEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new Error(`This stream event cannot be run: ${z.prettifyError(parsed.error)}`);
}

/** A limit after which a record is no longer tried; -1 or absent means none. */
function limit(min: number, max: number) {
  return z
    .int()
    .refine((value) => value === -1 || (value >= min && value <= max), {
      error: `must be -1 or from ${min} to ${max}`,
    })
    .default(-1)
    .transform((value) => (value === -1 ? Infinity : value));
}
