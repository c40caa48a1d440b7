import * as z from 'zod';
import { count } from './common.ts';

const cause = z.object({ type: z.string(), reason: z.string() });

const bulkResult = z.object({
  _index: z.string().optional(),
  _id: z.string().optional(),
  status: z.int().describe('201, or 400 for a rejected item.'),
  result: z.literal('created').optional(),
  error: cause.optional(),
});

/** Answers in the forms of other programs' protocols, by their names in the document. */
export const protocolSchemas = {
  OtlpAnswer: z.object({
    partialSuccess: z
      .object({
        rejectedLogRecords: z
          .string()
          .regex(/^[1-9]\d*$/)
          .describe('A 64-bit number, as JSON has it in OTLP.'),
        errorMessage: z.string(),
      })
      .optional()
      .describe('Log records that are not valid requests and were set aside; absent where all are valid.'),
  }),
  OtlpError: z.object({ code: z.int().describe('A code of gRPC.'), message: z.string() }),
  FirehoseAnswer: z.object({
    requestId: z.string().describe('The id of the request.'),
    timestamp: count.describe('Milliseconds since 1970.'),
  }),
  FirehoseError: z.object({ requestId: z.string(), timestamp: count, errorMessage: z.string() }),
  BulkAnswer: z.object({
    took: z.int().nonnegative().describe('Milliseconds.'),
    errors: z.boolean().describe('True if items were rejected.'),
    items: z
      .array(
        z.object({
          create: bulkResult.optional(),
          index: bulkResult.optional(),
          update: bulkResult.optional(),
          delete: bulkResult.optional(),
        }),
      )
      .describe('A result for each item, in their order, by the name of its action.'),
  }),
  ElasticsearchError: z.object({
    error: z.object({ ...cause.shape, root_cause: z.array(cause) }),
    status: z.int(),
  }),
  ElasticsearchLicense: z.object({
    license: z.object({ status: z.string(), uid: z.string(), type: z.string(), mode: z.string() }),
    features: z.object({}).optional(),
  }),
  ElasticsearchHealth: z.object({ cluster_name: z.string(), status: z.string(), timed_out: z.boolean() }),
  CollectorAnswer: z.object({ text: z.string(), code: z.int() }),
  CollectorError: z.object({
    text: z.string(),
    code: z.int().describe('As Splunk numbers its errors.'),
    'invalid-event-number': z.int().nonnegative().optional().describe('Position of the event, from 0.'),
    errorDescription: z.string(),
  }),
} as const satisfies Record<string, z.ZodType>;
