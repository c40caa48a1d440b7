import * as z from 'zod';
import type { CustomerId } from '../lib/domain/customer-id.ts';
import { windowStartSchema } from '../lib/domain/stored-document.ts';
import { firstMinuteFrom } from '../lib/domain/timestamp.ts';
import {
  firstWindowStartFrom,
  minutesBefore,
  windowStartOf,
  windowSizes,
  type WindowSize,
  type WindowStart,
} from '../lib/domain/window.ts';
import { InvalidRequest } from '../lib/errors.ts';

/** What `GET /aggregates` is asked for, with its defaults. */
export interface QueryParameters {
  readonly windowSize: WindowSize;
  /** Windows that start before this minute are not in the answer. */
  readonly from: WindowStart;
  /** Nor are those that start with this one, or later. */
  readonly to: WindowStart;
  readonly limit: number;
  readonly top: number | undefined;
  /** The last window of the page before. */
  readonly after: WindowStart | undefined;
}

const maxLimit = 1_000;
const maxTop = 10_000;
/** How far back an answer goes of which that is not said: an hour, a day, 31 days. */
const defaultMinutes: Readonly<Record<WindowSize, number>> = { minute: 60, hour: 1_440, day: 31 * 1_440 };

/** A `+` in a query string means a space, and in an instant can only have been meant as a plus. */
const instantSchema = z.string().transform((text, context): WindowStart => {
  const minute = firstMinuteFrom(text.replace(' ', '+'));
  if (minute !== undefined) return windowStartOf(minute);
  context.addIssue({ code: 'custom', message: 'must be an RFC 3339 instant, such as 2025-12-28T18:03:00Z' });
  return z.NEVER;
});

const wholeNumber = (max: number) => {
  const message = `must be a whole number of 1–${max}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, message)
    .transform(Number)
    .pipe(z.int().min(1, message).max(max, message));
};

const parametersSchema = z.object({
  window: z.enum(windowSizes, 'must be minute, hour or day').optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  limit: wholeNumber(maxLimit).optional(),
  top: wholeNumber(maxTop).optional(),
  nextToken: z.string().optional(),
});

/** A token names the query that it goes on with, so that it cannot be used for another. */
const tokenSchema = z.object({
  version: z.literal(1),
  customerId: z.string(),
  windowSize: z.enum(windowSizes),
  from: windowStartSchema,
  to: windowStartSchema,
  top: z.int().optional(),
  after: windowStartSchema,
});

/** @throws InvalidRequest  a parameter is not valid, or the token belongs to another query */
export function parseQueryParameters(
  query: Readonly<Record<string, string | undefined>>,
  customerId: CustomerId,
  now: Date,
): QueryParameters {
  const { data, error } = parametersSchema.safeParse(query);
  if (error !== undefined) {
    const problems = error.issues.map(({ path, message }) => ({ field: path.join('.'), reason: message }));
    throw new InvalidRequest('The query is not valid.', problems);
  }
  const limit = data.limit ?? maxLimit;
  if (data.nextToken !== undefined) return { ...continueFrom(data.nextToken, data, customerId), limit };

  const to = data.to ?? firstWindowStartFrom(now);
  const windowSize = data.window ?? 'minute';
  const from = data.from ?? minutesBefore(to, defaultMinutes[windowSize]);
  if (from > to) throw invalidParameter('from', 'must not be after to');
  return { windowSize, from, to, limit, top: data.top, after: undefined };
}

/** The token with which the next page is asked for. */
export function encodeNextToken(
  parameters: QueryParameters,
  customerId: CustomerId,
  after: WindowStart,
): string {
  const { windowSize, from, to, top } = parameters;
  const token: z.input<typeof tokenSchema> = { version: 1, customerId, windowSize, from, to, top, after };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function continueFrom(
  nextToken: string,
  asked: z.output<typeof parametersSchema>,
  customerId: CustomerId,
): Omit<QueryParameters, 'limit'> {
  const { data: token } = tokenSchema.safeParse(parseJson(Buffer.from(nextToken, 'base64url').toString()));
  if (token === undefined) throw invalidParameter('nextToken', 'is not one that was given out');
  const isOfThisQuery =
    token.customerId === customerId &&
    (asked.window ?? token.windowSize) === token.windowSize &&
    (asked.from ?? token.from) === token.from &&
    (asked.to ?? token.to) === token.to &&
    (asked.top ?? token.top) === token.top;
  if (!isOfThisQuery) throw invalidParameter('nextToken', 'belongs to another query');
  return { windowSize: token.windowSize, from: token.from, to: token.to, top: token.top, after: token.after };
}

function invalidParameter(field: string, reason: string): InvalidRequest {
  return new InvalidRequest('The query is not valid.', [{ field, reason }]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
