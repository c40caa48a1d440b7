import * as z from 'zod';

/**
 * A `stream` event of `serverless.yml`, with the ranges and the defaults that osls deploys it with (it writes a batch
 * size of 10 where none is given, not AWS's 100). What it has that would change which records arrive, and isn't
 * done here, is refused; which stream it is (`arn`), and what the on-failure destination is, is not looked at.
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
        'needs destinations.onFailure: without it, nothing would keep a record that is given up';
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

/** How an event source reads a stream and calls its function; a limit that there isn't is `Infinity`. */
export type StreamEventSettings = Readonly<z.output<typeof streamEvent>>;

/**
 * Reads a function's `stream` event.
 * @throws Error  naming each setting that is wrong, or that this machine cannot do as AWS would
 */
export function parseStreamEventSettings(event: unknown): StreamEventSettings {
  const parsed = streamEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new Error(`This stream event cannot be run: ${z.prettifyError(parsed.error)}`);
}

/** A limit after which a record is given up; there is none where it is -1 or absent. */
function limit(min: number, max: number) {
  return z
    .int()
    .refine((value) => value === -1 || (value >= min && value <= max), {
      error: `must be -1 or from ${min} to ${max}`,
    })
    .default(-1)
    .transform((value) => (value === -1 ? Infinity : value));
}
