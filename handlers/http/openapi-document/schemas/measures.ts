import * as z from 'zod';
import { count } from './common.ts';

const milliseconds = z.number().nonnegative();
export const duration = z
  .object({
    requests: z.int().positive().describe('Requests that had a duration.'),
    sumMs: count.describe('Exact sum of their durations.'),
    p50Ms: milliseconds,
    p95Ms: milliseconds,
    p99Ms: milliseconds,
  })
  .optional()
  .describe('Absent where no entry had the fact. Percentiles are at most 2 % wrong.');
export const visitors = count
  .optional()
  .describe(
    'Approximate number of different addresses and agents of people, with a standard error of 1.6 %; over several UTC days the sum of daily visitors. Absent where nothing is known of them.',
  );

export const keyTotal = z.object({ key: z.string(), requests: z.int().positive() });

export const pathTotal = z.object({
  ...keyTotal.shape,
  bytes: count.optional().describe('Bytes of its answers; absent where no entry of the range had any.'),
  meanMs: z
    .number()
    .nonnegative()
    .optional()
    .describe('Mean of the durations that are known; absent where none is.'),
});
