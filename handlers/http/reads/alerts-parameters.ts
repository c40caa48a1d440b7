import * as z from 'zod';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import { windowStartSchema } from '../../../lib/domain/stored-document.ts';
import { firstMinuteFrom, minuteOfInstant } from '../../../lib/domain/timestamp.ts';
import type { WindowStart } from '../../../lib/domain/window.ts';
import type { HttpRequest } from '../http.ts';
import {
  decodeToken,
  encodeToken,
  invalidParameter,
  minuteParameter,
  parseParameters,
  rangeWithDefaults,
  wholeNumber,
} from '../parameters.ts';

/** Parameters of `GET /alerts`, with their defaults. */
export interface AlertsParameters {
  /** Alerts of hours that start before this minute are not in the answer. */
  readonly from: WindowStart;
  /** Alerts of hours that start at this minute or later are not in the answer either. */
  readonly to: WindowStart;
  readonly limit: number;
  /** Place behind which the page begins; `undefined` for the first one. */
  readonly after: string | undefined;
}

const maxLimit = 1_000;
const defaultLimit = 100;
const defaultMinutes = 31 * 1_440;
const notAnInstant = 'must be an RFC 3339 instant, such as 2025-12-28T18:00:00Z';

export const alertsParametersSchema = z.object({
  from: minuteParameter(minuteOfInstant, notAnInstant)
    .optional()
    .describe('Only alerts of hours that start at this instant or later; 31 days before `to` by default.'),
  to: minuteParameter(firstMinuteFrom, notAnInstant)
    .optional()
    .describe('Only alerts of hours that start before this instant; now by default.'),
  limit: wholeNumber(maxLimit).optional().describe(`Alerts per page, ${defaultLimit} by default.`),
  nextToken: z.string().optional().describe('The token of the previous page, to continue behind it.'),
});

/** A token contains its query, so that it cannot be used with another. */
const tokenSchema = z.strictObject({
  version: z.literal(1),
  customerId: z.string(),
  from: windowStartSchema,
  to: windowStartSchema,
  after: z.string().regex(/^[a-z0-9-]{1,100}$/),
});

/** @throws InvalidRequest  a parameter is not valid, or the token belongs to another query */
export function parseAlertsParameters(
  query: HttpRequest['query'],
  customerId: CustomerId,
  now: Date,
): AlertsParameters {
  const asked = parseParameters(query, alertsParametersSchema);
  const { limit = defaultLimit } = asked;
  if (asked.nextToken !== undefined) {
    const token = decodeToken(asked.nextToken, tokenSchema);
    const isOfThisQuery =
      token.customerId === customerId &&
      (asked.from ?? token.from) === token.from &&
      (asked.to ?? token.to) === token.to;
    if (!isOfThisQuery) throw invalidParameter('nextToken', 'belongs to another query');
    return { from: token.from, to: token.to, limit, after: token.after };
  }
  return { ...rangeWithDefaults(asked, defaultMinutes, now), limit, after: undefined };
}

/** The token that requests the next page. */
export function encodeAlertsToken(
  { from, to }: AlertsParameters,
  customerId: CustomerId,
  after: string,
): string {
  const token: z.input<typeof tokenSchema> = { version: 1, customerId, from, to, after };
  return encodeToken(token);
}
