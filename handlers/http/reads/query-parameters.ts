import * as z from 'zod';
import type { MinuteRange } from '../../../lib/domain/completeness.ts';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import { dimensions, type DimensionField } from '../../../lib/domain/dimensions.ts';
import { windowStartSchema } from '../../../lib/domain/stored-document.ts';
import { roundOutward } from '../../../lib/domain/local-window.ts';
import { dimensionChoices, dimensionsParameter } from './dimensions-parameter.ts';
import { findTimeZone, type TimeZone } from '../../../lib/domain/time-zone.ts';
import { firstMinuteFrom, minuteOfInstant } from '../../../lib/domain/timestamp.ts';
import { windowSizes, type WindowSize, type WindowStart } from '../../../lib/domain/window.ts';
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

/** Parameters of `GET /aggregates`, with their defaults. */
export interface QueryParameters {
  readonly windowSize: WindowSize;
  /** Windows that start before this minute are not in the answer. */
  readonly from: WindowStart;
  /** Windows that start at this minute or later are not in the answer either. */
  readonly to: WindowStart;
  readonly limit: number;
  readonly top: number | undefined;
  /** Dimensions of the windows; `undefined` for all. */
  readonly fields: ReadonlySet<DimensionField> | undefined;
  /** Only the counts of this path; one that begins with `/` means any method. */
  readonly path: string | undefined;
  /** Zone of hours and days; `undefined` for those of UTC. */
  readonly zone: TimeZone | undefined;
  /** `undefined`: the one that the client's `accept` prefers. */
  readonly format: WindowsFormat | undefined;
  /** The last window of the previous page. */
  readonly after: WindowStart | undefined;
}

/** Forms of the answer: one JSON document, a row for each key, or a window a line. */
const windowsFormats = ['json', 'csv', 'ndjson'] as const;

export type WindowsFormat = (typeof windowsFormats)[number];

const maxLimit = 1_000;
const maxTop = 10_000;
/** Default range of an answer: an hour, a day, 31 days. */
const defaultMinutes: Readonly<Record<WindowSize, number>> = { minute: 60, hour: 1_440, day: 31 * 1_440 };

/** A method and a path, or a path alone. */
const pathPattern = /^(?:[!#$%&'*+.^_`|~0-9A-Z-]{1,32} )?\/|^[!#$%&'*+.^_`|~0-9A-Z-]{1,32} ./;
const maxPathLength = 32 + 1 + 2_048;

const notAnInstant = 'must be an RFC 3339 instant, such as 2025-12-28T18:03:00Z';

export const queryParametersSchema = z.object({
  window: z
    .enum(windowSizes, 'must be minute, hour or day')
    .optional()
    .describe('Size of the windows; `minute` by default.'),
  from: minuteParameter(minuteOfInstant, notAnInstant)
    .optional()
    .describe(
      'Only windows that start at this instant or later, rounded down to a minute. By default an hour before `to` for minutes, a day for hours, 31 days for days.',
    ),
  to: minuteParameter(firstMinuteFrom, notAnInstant)
    .optional()
    .describe('Only windows that start before this instant, rounded up to a minute; now by default.'),
  limit: wholeNumber(maxLimit)
    .optional()
    .describe(`Windows per page, ${maxLimit} by default; a page also ends at about 4 MiB.`),
  top: wholeNumber(maxTop)
    .optional()
    .describe('Number of largest keys to keep per dimension; the rest is summed up as `(other)`.'),
  path: z
    .string()
    .regex(pathPattern, 'must be a path that begins with /, or a method, a space and a path')
    .max(maxPathLength, `must have at most ${maxPathLength} characters`)
    .optional()
    .describe(
      'Only the counts of this path, as it was counted: requests, errors, bytes and durations. With its method, such as `GET /docs`, or beginning with `/` for any method. Not together with `top` or `dimensions`.',
    ),
  dimensions: dimensionsParameter.describe(
    `Dimensions of the windows, separated by commas: ${dimensionChoices}. All by default; few are read and sent in a fraction of the time. Sums by path are there with \`path\`, and sums of all always.`,
  ),
  tz: z
    .string()
    .transform((name, context): TimeZone => {
      // A plus is sent as a space by those who do not encode it: `Etc/GMT+5`.
      const zone = findTimeZone(name.replaceAll(' ', '+'));
      if (zone !== undefined) return zone;
      context.addIssue({
        code: 'custom',
        message: 'is not a known time zone; give a name of the IANA database, such as Europe/Berlin',
      });
      return z.NEVER;
    })
    .optional()
    .describe(
      'Time zone, by its name in the IANA database: hours and days are local ones, and `from` and `to` are rounded outward to them. UTC by default.',
    ),
  nextToken: z.string().optional().describe('The token of the previous page, to continue behind it.'),
  format: z
    .enum(windowsFormats, 'must be json, csv or ndjson')
    .optional()
    .describe('Form of the answer; without it, the one that `accept` prefers.'),
});

/** A token contains its query, so that it cannot be used with another. */
const tokenSchema = z.strictObject({
  version: z.literal(1),
  customerId: z.string(),
  windowSize: z.enum(windowSizes),
  from: windowStartSchema,
  to: windowStartSchema,
  top: z.int().optional(),
  path: z.string().optional(),
  fields: z.array(z.enum(dimensions.map(({ field }) => field))).optional(),
  tz: z.string().optional(),
  after: windowStartSchema,
});

/** @throws InvalidRequest  a parameter is not valid, or the token belongs to another query */
export function parseQueryParameters(
  query: HttpRequest['query'],
  customerId: CustomerId,
  now: Date,
): QueryParameters {
  const asked = parseParameters(query, queryParametersSchema);
  const { limit = maxLimit, format, top, path, dimensions: fields } = asked;
  if (top !== undefined && path !== undefined)
    throw invalidParameter('top', 'must not be given together with path');
  if (fields !== undefined && path !== undefined)
    throw invalidParameter('dimensions', 'must not be given together with path');
  if (asked.nextToken !== undefined) {
    return { ...continueFrom(asked.nextToken, asked, customerId), limit, format };
  }

  const windowSize = asked.window ?? 'minute';
  const zone = asked.tz;
  const range = roundedIn(zone, windowSize, rangeWithDefaults(asked, defaultMinutes[windowSize], now));
  return { windowSize, ...range, limit, top, fields, path, zone, format, after: undefined };
}

/** The token that requests the next page. */
export function encodeNextToken(
  parameters: QueryParameters,
  customerId: CustomerId,
  after: WindowStart,
): string {
  const { windowSize, from, to, top, path, zone } = parameters;
  const tz = zone?.name;
  const fields = parameters.fields && [...parameters.fields];
  const token: z.input<typeof tokenSchema> = {
    version: 1,
    customerId,
    windowSize,
    from,
    to,
    top,
    fields,
    path,
    tz,
    after,
  };
  return encodeToken(token);
}

function continueFrom(
  nextToken: string,
  asked: z.output<typeof queryParametersSchema>,
  customerId: CustomerId,
): Omit<QueryParameters, 'limit' | 'format'> {
  const token = decodeToken(nextToken, tokenSchema);
  const { windowSize, top, path, after } = token;
  const fields = token.fields && new Set(token.fields);
  const zone = token.tz === undefined ? undefined : findTimeZone(token.tz);
  const range = { from: asked.from ?? token.from, to: asked.to ?? token.to };
  const { from, to } = roundedIn(zone, windowSize, range);
  const isOfThisQuery =
    token.customerId === customerId &&
    (asked.window ?? windowSize) === windowSize &&
    from === token.from &&
    to === token.to &&
    (asked.top ?? top) === top &&
    (asked.path ?? path) === path &&
    (asked.tz?.name ?? token.tz) === zone?.name &&
    namesOf(asked.dimensions ?? fields) === namesOf(fields);
  if (!isOfThisQuery) throw invalidParameter('nextToken', 'belongs to another query');
  return { windowSize, from, to, top, fields, path, zone, after };
}

/** Returns dimensions as text; those of `none`, a text without any, differ from those of all, which is `undefined`. */
function namesOf(fields: ReadonlySet<DimensionField> | undefined): string | undefined {
  return fields && String([...fields]);
}

/** Rounds a range outward to the windows of a zone. */
function roundedIn(zone: TimeZone | undefined, windowSize: WindowSize, range: MinuteRange): MinuteRange {
  return zone === undefined || windowSize === 'minute' ? range : roundOutward(range, windowSize, zone);
}
