import * as z from 'zod';
import type { EpochMinute } from '../../lib/domain/epoch-minute.ts';
import {
  firstWindowStartFrom,
  minutesBefore,
  windowStartOf,
  type WindowStart,
} from '../../lib/domain/window.ts';
import { InvalidRequest } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';

/** The parameters of a request's query, as they were sent. */
type Query = Readonly<Record<string, string | undefined>>;

/**
 * Parses the parameters of a request with the schema of its route.
 * @throws InvalidRequest  one of them is not valid
 */
export function parseParameters<T>(query: Query, schema: z.ZodType<T>): T {
  const { data, error } = schema.safeParse(query);
  if (error === undefined) return data;
  throw invalidQuery(error.issues.map(({ path, message }) => ({ field: path.join('.'), reason: message })));
}

/** Parameters whose values are lists; where one is sent more than once, its values are one list. */
const lists: ReadonlySet<string> = new Set(['dimensions']);

/**
 * Requires that a request has only the parameters of its route, each of them once: events have the values of one that was
 * sent twice as one text, which would be the answer to a question that nobody asked.
 * @param rawQuery  the query as it was sent
 * @throws InvalidRequest  it has others, or one of them twice
 */
export function requireKnownParameters(
  query: Query,
  rawQuery: string,
  schema: z.ZodObject | undefined,
): void {
  const known = Object.keys(schema?.shape ?? {});
  const unknown = Object.keys(query).filter((name) => !known.includes(name));
  if (unknown.length === 0) return requireSentOnce(rawQuery);
  const has = known.length === 0 ? 'which has none' : `which has ${known.join(', ')}`;
  throw invalidQuery(unknown.map((field) => ({ field, reason: `is not a parameter of this route, ${has}` })));
}

function requireSentOnce(rawQuery: string): void {
  const names = [...new URLSearchParams(rawQuery).keys()];
  const repeated = names.filter((name, at) => names.indexOf(name) === at && names.lastIndexOf(name) !== at);
  const problems = repeated.filter((name) => !lists.has(name));
  if (problems.length > 0)
    throw invalidQuery(problems.map((field) => ({ field, reason: 'must be sent once' })));
}

export function invalidParameter(field: string, reason: string): InvalidRequest {
  return invalidQuery([{ field, reason }]);
}

/** Longer names would make an error as long as the query. */
const maxNameLength = 64;
const maxProblems = 10;

function invalidQuery(
  problems: readonly { readonly field: string; readonly reason: string }[],
): InvalidRequest {
  const named = problems
    .slice(0, maxProblems)
    .map(({ field, reason }) => ({ field: field.slice(0, maxNameLength), reason }));
  const sentences = named.map(({ field, reason }) => `${field} ${reason}.`);
  return new InvalidRequest(`The query is not valid: ${sentences.join(' ')}`, named);
}

/** Schema of a whole number from 1. */
export function wholeNumber(max: number) {
  const message = `must be a whole number of 1–${max}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, message)
    .transform(Number)
    .pipe(z.int().min(1, message).max(max, message))
    .meta({ type: 'integer', minimum: 1, maximum: max });
}

/**
 * Schema of an instant that `parse` converts to the start of a minute window. A `+` in a query string means a space,
 * but here the client can only have meant a plus.
 */
export function minuteParameter(parse: (text: string) => EpochMinute | undefined, message: string) {
  return z
    .string()
    .transform((text, context): WindowStart => {
      const minute = parse(text.replace(' ', '+'));
      if (minute !== undefined) return windowStartOf(minute);
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .meta({ format: 'date-time' });
}

/**
 * Returns the minutes of a range: until now by default, and so many minutes before its end.
 * @throws InvalidRequest  it ends before it begins
 */
export function rangeWithDefaults(
  asked: { readonly from?: WindowStart | undefined; readonly to?: WindowStart | undefined },
  defaultMinutes: number,
  now: Date,
): { readonly from: WindowStart; readonly to: WindowStart } {
  const to = asked.to ?? firstWindowStartFrom(now);
  const from = asked.from ?? minutesBefore(to, defaultMinutes);
  if (from > to) {
    const reason =
      asked.to === undefined ? 'must not be after to, which is now by default' : 'must not be after to';
    throw invalidParameter('from', reason);
  }
  return { from, to };
}

/** Encodes the place where the next page begins. Clients send it back, and must not interpret it. */
export function encodeToken(token: unknown): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** @throws InvalidRequest  this pipeline did not issue the token */
export function decodeToken<T>(nextToken: string, schema: z.ZodType<T>): T {
  const { data } = schema.safeParse(parseJson(Buffer.from(nextToken, 'base64url').toString()));
  if (data === undefined) throw invalidParameter('nextToken', 'was not issued by this pipeline');
  return data;
}
