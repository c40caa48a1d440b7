import * as z from 'zod';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import type { KeyPlace } from '../../../lib/domain/key-totals.ts';
import { pathSorts, type PathSort } from '../../../lib/domain/path-sort.ts';
import { windowStartSchema } from '../../../lib/domain/stored-document.ts';
import type { WindowStart } from '../../../lib/domain/window.ts';
import type { HttpRequest } from '../http.ts';
import { decodeToken, encodeToken, invalidParameter, parseParameters, wholeNumber } from '../parameters.ts';
import { rangeParameters, totalRange } from './total-parameters.ts';

/** Parameters of `GET /aggregates/paths`, with their defaults. */
export interface PathsParameters {
  readonly from: WindowStart;
  readonly to: WindowStart;
  readonly search: string | undefined;
  readonly sort: PathSort;
  readonly limit: number;
  /** The last path of the previous page. */
  readonly after: KeyPlace | undefined;
  /** `undefined`: the one that the client's `accept` prefers. */
  readonly format: PathsFormat | undefined;
}

const pathsFormats = ['json', 'csv', 'ndjson'] as const;
type PathsFormat = (typeof pathsFormats)[number];

const defaultLimit = 100;
const maxLimit = 1_000;
/** A token contains it as well, and both must fit in the address of a request. */
const maxSearchLength = 256;
const notASearch = `must have 1–${maxSearchLength} characters`;

export const pathsParametersSchema = z.object({
  ...rangeParameters,
  search: z
    .string()
    .min(1, notASearch)
    .max(maxSearchLength, notASearch)
    .optional()
    .describe(
      'Only paths that contain this, in upper or lower case. The method is part of a path: `GET /docs/`.',
    ),
  sort: z
    .enum(pathSorts, `must be ${pathSorts.slice(0, -1).join(', ')} or ${pathSorts.at(-1)}`)
    .optional()
    .describe(
      'The value whose largest come first; `requests` by default. Paths of equal values are sorted by name.',
    ),
  limit: wholeNumber(maxLimit)
    .optional()
    .describe(`Paths per page, ${defaultLimit} by default; a page also ends at about 1 MiB.`),
  nextToken: z.string().optional().describe('The token of the previous page, to continue behind it.'),
  format: z
    .enum(pathsFormats, 'must be json, csv or ndjson')
    .optional()
    .describe('Form of the answer; without it, the one that `accept` prefers.'),
});

/** A token contains its query, so that it cannot be used with another. */
const tokenSchema = z.strictObject({
  version: z.literal(1),
  customerId: z.string(),
  from: windowStartSchema,
  to: windowStartSchema,
  search: z.string().optional(),
  sort: z.enum(pathSorts),
  after: z.object({ value: z.number(), name: z.string() }),
});

/** @throws InvalidRequest  a parameter is not valid, or the token belongs to another query */
export function parsePathsParameters(
  query: HttpRequest['query'],
  customerId: CustomerId,
  now: Date,
): PathsParameters {
  const asked = parseParameters(query, pathsParametersSchema);
  const { search, sort = 'requests', limit = defaultLimit, format } = asked;
  if (asked.nextToken !== undefined) {
    return { ...continueFrom(asked.nextToken, asked, customerId), limit, format };
  }
  return { ...totalRange(asked, now), search, sort, limit, after: undefined, format };
}

/** The token that requests the next page. */
export function encodePathsToken(
  { from, to, search, sort }: PathsParameters,
  customerId: CustomerId,
  after: KeyPlace,
): string {
  const token: z.input<typeof tokenSchema> = { version: 1, customerId, from, to, search, sort, after };
  return encodeToken(token);
}

function continueFrom(
  nextToken: string,
  asked: z.output<typeof pathsParametersSchema>,
  customerId: CustomerId,
): Omit<PathsParameters, 'limit' | 'format'> {
  const token = decodeToken(nextToken, tokenSchema);
  const { from, to, search, sort, after } = token;
  const isOfThisQuery =
    token.customerId === customerId &&
    (asked.from ?? from) === from &&
    (asked.to ?? to) === to &&
    (asked.search ?? search) === search &&
    (asked.sort ?? sort) === sort;
  if (!isOfThisQuery) throw invalidParameter('nextToken', 'belongs to another query');
  return { from, to, search, sort, after };
}
