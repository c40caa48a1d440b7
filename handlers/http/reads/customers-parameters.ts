import * as z from 'zod';
import { wholeNumber } from '../parameters.ts';

export const maxCustomersLimit = 1_000;

export const customersParametersSchema = z.object({
  limit: wholeNumber(maxCustomersLimit)
    .optional()
    .describe(`Customers a page, ${maxCustomersLimit} by default.`),
  nextToken: z.string().optional().describe('Of the page before: goes on behind it.'),
});
