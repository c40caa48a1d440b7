import * as z from 'zod';
import type { DimensionField } from '../../../lib/domain/dimensions.ts';
import { firstMinuteFrom, minuteOfInstant } from '../../../lib/domain/timestamp.ts';
import { minutesBefore, type WindowStart } from '../../../lib/domain/window.ts';
import type { HttpRequest } from '../http.ts';
import {
  invalidParameter,
  minuteParameter,
  parseParameters,
  rangeWithDefaults,
  wholeNumber,
} from '../parameters.ts';
import { dimensionChoices, dimensionsParameter } from './dimensions-parameter.ts';

/** Parameters of `GET /aggregates/total`, with their defaults. */
export interface TotalParameters {
  readonly from: WindowStart;
  readonly to: WindowStart;
  readonly top: number;
  readonly pathPrefix: string | undefined;
  /** `undefined`: all of them. */
  readonly fields: ReadonlySet<DimensionField> | undefined;
  /** `undefined`: the one that the client's `accept` prefers. */
  readonly format: 'json' | 'csv' | undefined;
}

const defaultTop = 10;
const maxTop = 1_000;
const defaultMinutes = 1_440;
/**
 * Ten years in any time zone. It bounds the work of one request: as many days, plus hours and minutes at the edges.
 */
const maxDays = 3_660;
const maxPathLength = 2_048;

const notAnInstant = 'must be an RFC 3339 instant, such as 2025-12-28T18:03:00Z';

/** The range of a total; `totalRange` checks it. */
export const rangeParameters = {
  from: minuteParameter(minuteOfInstant, notAnInstant)
    .optional()
    .describe('Start of the range with any offset, rounded down to a minute; a day before `to` by default.'),
  to: minuteParameter(firstMinuteFrom, notAnInstant)
    .optional()
    .describe(
      `End of the range, rounded up to a minute, at most ${maxDays} days after \`from\`; the end of the current minute by default.`,
    ),
};

export const totalParametersSchema = z.object({
  ...rangeParameters,
  top: wholeNumber(maxTop)
    .optional()
    .describe(`Number of largest keys to list per dimension, ${defaultTop} by default.`),
  pathPrefix: z
    .string()
    .min(1, `must have 1–${maxPathLength} characters`)
    .max(maxPathLength, `must have 1–${maxPathLength} characters`)
    .optional()
    .describe('Only requests whose path, as counted, starts with this, whatever the method.'),
  dimensions: dimensionsParameter.describe(
    `Dimensions to list, separated by commas: ${dimensionChoices}. All by default; few are read in a fraction of the time. Sums of all are always there. Not together with \`pathPrefix\`.`,
  ),
  format: z
    .enum(['json', 'csv'], 'must be json or csv')
    .optional()
    .describe('Form of the answer; without it, the one that `accept` prefers.'),
});

/** @throws InvalidRequest  a parameter is not valid */
export function parseTotalParameters(query: HttpRequest['query'], now: Date): TotalParameters {
  const asked = parseParameters(query, totalParametersSchema);
  const { top = defaultTop, pathPrefix, dimensions: fields, format } = asked;
  if (fields !== undefined && pathPrefix !== undefined)
    throw invalidParameter('dimensions', 'must not be given together with pathPrefix');
  return { ...totalRange(asked, now), top, pathPrefix, fields, format };
}

/**
 * Returns the minutes of a range with its defaults.
 * @throws InvalidRequest  it is too long, or ends before it begins
 */
export function totalRange(
  asked: { readonly from?: WindowStart | undefined; readonly to?: WindowStart | undefined },
  now: Date,
): Pick<TotalParameters, 'from' | 'to'> {
  const { from, to } = rangeWithDefaults(asked, defaultMinutes, now);
  if (minutesBefore(to, maxDays * 1_440) > from) {
    throw invalidParameter('from', `must be at most ${maxDays} days before to`);
  }
  return { from, to };
}
