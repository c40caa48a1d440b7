import * as z from 'zod';

export const count = z.int().nonnegative();
export const minute = z
  .string()
  .meta({ format: 'date-time', description: 'A whole minute in UTC: `2025-12-28T18:03:00Z`.' });
export const instant = z.string().meta({ format: 'date-time' });
export const nextToken = z.string().optional().describe('Requests the next page; absent on the last one.');

export const bytes = count.optional().describe('Exact sum; absent where no entry had the fact.');
export const errors = count.describe('Requests with a status of 400 or more.');
export const rangeStart = minute.describe(
  'Later than it was asked for where a part of the range has expired.',
);

export const problem = z.object({
  index: count.optional().describe('The position of the entry in the batch, from 0.'),
  field: z.string().optional(),
  reason: z.string(),
});

export const progress = {
  countedThrough: instant
    .nullable()
    .describe(
      'Everything that was accepted (answered 202 or 409) before this instant is in the counts; null if the instant is not known now.',
    ),
  waiting: count
    .optional()
    .describe('Accepted entries that are not in the counts yet; absent if their number is not known.'),
};
