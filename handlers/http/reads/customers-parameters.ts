import * as z from 'zod';
import { parseCustomerId, type CustomerId } from '../../../lib/domain/customer-id.ts';
import { noHorizon } from '../../../lib/domain/retention.ts';
import { windowStartSchema } from '../../../lib/domain/stored-document.ts';
import { firstMinuteFrom, minuteOfInstant } from '../../../lib/domain/timestamp.ts';
import {
  enclosingWindowStart,
  firstDayStartFrom,
  firstWindowStartFrom,
  type WindowStart,
} from '../../../lib/domain/window.ts';
import type { HttpRequest } from '../http.ts';
import {
  decodeToken,
  encodeToken,
  invalidParameter,
  minuteParameter,
  parseParameters,
  wholeNumber,
} from '../parameters.ts';

/** Parameters of `GET /customers`, with their defaults. */
export interface CustomersParameters {
  /** The only customer to list; `undefined` for all. */
  readonly customerId: CustomerId | undefined;
  readonly limit: number;
  /** Last place of the previous page. */
  readonly after: string | undefined;
  /** Days over which the customers have totals; `undefined` for names alone. */
  readonly totals: TotalsParameters | undefined;
}

export interface TotalsParameters {
  /** Starts of UTC days. */
  readonly from: WindowStart;
  readonly to: WindowStart;
  readonly sort: 'name' | 'requests';
}

const maxCustomersLimit = 1_000;
const sorts = ['requests'] as const;
const notAnInstant = 'must be an RFC 3339 instant, such as 2025-12-28T00:00:00Z';

export const customersParametersSchema = z.object({
  from: minuteParameter(minuteOfInstant, notAnInstant)
    .optional()
    .describe(
      'Start of the totals, rounded down to a UTC day; the first day by default. With `from`, `to` or `sort`, the answer has totals.',
    ),
  to: minuteParameter(firstMinuteFrom, notAnInstant)
    .optional()
    .describe('End of the totals, rounded up to a UTC day; the end of the current day by default.'),
  sort: z
    .enum(sorts, 'must be requests')
    .optional()
    .describe('`requests`: customers with most requests first. Sorted by name by default.'),
  customer: z
    .string()
    .transform((text, context): CustomerId => {
      const customerId = parseCustomerId(text);
      if (customerId !== undefined) return customerId;
      context.addIssue({ code: 'custom', message: 'must be a customer id' });
      return z.NEVER;
    })
    .optional()
    .describe('Only this customer, with totals.'),
  limit: wholeNumber(maxCustomersLimit)
    .optional()
    .describe(`Customers per page, ${maxCustomersLimit} by default.`),
  nextToken: z.string().optional().describe('The token of the previous page, to continue behind it.'),
});

/** A token contains the days and the order of its query, so that it cannot be used with others. */
const tokenSchema = z.strictObject({
  version: z.literal(1),
  after: z.string(),
  totals: z
    .object({ from: windowStartSchema, to: windowStartSchema, sort: z.enum(['name', 'requests']) })
    .optional(),
});

/** @throws InvalidRequest  a parameter is not valid, or the token belongs to another query */
export function parseCustomersParameters(query: HttpRequest['query'], now: Date): CustomersParameters {
  const asked = parseParameters(query, customersParametersSchema);
  const { from, to, sort, customer: customerId, limit = maxCustomersLimit, nextToken } = asked;
  if (from !== undefined && to !== undefined && from > to)
    throw invalidParameter('from', 'must not be after to');
  const days = {
    from: from && enclosingWindowStart(from, 'day'),
    to: to && firstDayStartFrom(to),
  };
  if (nextToken !== undefined) {
    const { after, totals } = decodeToken(nextToken, tokenSchema);
    const isOfThisQuery =
      customerId === undefined && // the list of one customer has one page
      (days.from ?? totals?.from) === totals?.from &&
      (days.to ?? totals?.to) === totals?.to &&
      (sort ?? totals?.sort) === totals?.sort;
    if (!isOfThisQuery) throw invalidParameter('nextToken', 'belongs to another query');
    return { customerId, limit, after, totals };
  }
  if ([from, to, sort, customerId].every((parameter) => parameter === undefined)) {
    return { customerId, limit, after: undefined, totals: undefined };
  }
  const end = days.to ?? firstDayStartFrom(firstWindowStartFrom(now));
  const totals = { from: days.from ?? noHorizon, to: end, sort: sort ?? ('name' as const) };
  if (totals.from > totals.to) throw invalidParameter('from', 'must not be after to');
  return { customerId, limit, after: undefined, totals };
}

/** The token that requests the next page. */
export function encodeCustomersToken({ totals }: CustomersParameters, after: string): string {
  const token: z.input<typeof tokenSchema> = { version: 1, after, totals };
  return encodeToken(token);
}
