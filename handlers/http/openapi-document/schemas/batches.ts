import * as z from 'zod';
import { maxBytes, maxDurationMs } from '../../../../lib/domain/entry-facts.ts';
import { logEntrySchema } from '../../../../lib/domain/log-entry.ts';
import { count, instant, problem } from './common.ts';

export const entry = z
  .object({
    ...logEntrySchema.shape,
    receivedAt: logEntrySchema.shape.receivedAt.meta({
      format: 'date-time',
      description: 'An instant of the years 1970–9999, with any offset and up to 9 decimals.',
    }),
    method: logEntrySchema.shape.method.describe('An HTTP token; trimmed and converted to capitals.'),
    path: logEntrySchema.shape.path.describe('Trimmed, and otherwise kept unchanged with its query.'),
    userAgent: logEntrySchema.shape.userAgent.describe('May be empty or absent; counted by its family.'),
    status: z
      .union([z.int().min(100).max(599), z.string().regex(/^[1-5][0-9]{2}$/)])
      .optional()
      .describe('The status of the answer, as a number or as a string.'),
    bytes: z
      .int()
      .min(0)
      .max(maxBytes)
      .optional()
      .describe(
        'Size of the answer. This and the fields below are optional facts; one that is not valid is left out.',
      ),
    durationMs: z
      .number()
      .min(0)
      .max(maxDurationMs)
      .optional()
      .describe('Milliseconds that the answer took, rounded to whole ones when they are read.'),
    referrer: z.string().optional().describe('Web address of the referring page; its host is counted.'),
    host: z.string().optional().describe('Host of the request; counted in lower case and without a port.'),
    clientIp: z
      .string()
      .optional()
      .describe('Address of the client. It is hashed to count visitors, and no window has it.'),
    country: z.string().optional().describe('Two characters of ISO 3166, such as `DE`.'),
  })
  .describe(
    'One logged request. Other fields are ignored. An object without any of the fields from `receivedAt` to `status` may also hold a line of an access log, in a field such as `log` or `message`.',
  );

const rejections = {
  rejected: z
    .int()
    .positive()
    .optional()
    .describe('Invalid entries, which were set aside; absent where all are valid.'),
  details: z
    .array(problem)
    .optional()
    .describe(
      'The problems of the first 10 rejected entries; `index` counts entries, or lines that are not blank.',
    ),
};

export const accepted = z.object({
  batchId: z.string().describe('The idempotency key, or `sha256-` and a hash.'),
  entries: count.describe('Entries that are counted; 0 where all were rejected.'),
  windows: count.describe('Number of different minutes among them.'),
  ...rejections,
});

export const batch = z.object({
  batchId: z.string(),
  entries: count,
  windows: count,
  ...rejections,
  storedAt: instant,
  counted: z.boolean().describe('True if all of its windows include the batch.'),
});
