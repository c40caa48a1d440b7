import * as z from 'zod';
import { count, errors, instant, nextToken, progress } from './common.ts';

export const customerTotals = z.object({
  customerId: z.string(),
  requests: count,
  errors,
  firstWindow: instant.describe('Start of the first minute with requests in the range.'),
  lastWindow: instant.describe('Start of the last minute with requests in the range.'),
});

export const customerPage = z
  .object({ customers: z.array(z.string()), nextToken })
  .describe('Without `from`, `to` and `sort`.');

export const customerTotalsPage = z
  .object({
    customers: z.array(customerTotals),
    countedThrough: progress.countedThrough,
    complete: z
      .boolean()
      .describe(
        'True if the range ended more than the allowed lateness before `countedThrough`, and everything that was accepted for it before the request, of all customers, is in the totals. False in doubt.',
      ),
    nextToken,
  })
  .describe('With `from`, `to` or `sort`. Customers without requests in the range are absent.');
