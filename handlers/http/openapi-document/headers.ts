import type { Json } from './json-schema.ts';

/** The headers of answers; all have the first two. */
export const headers = {
  'x-request-id': 'Of the request where it had one, and otherwise a new one; in the log it is the same.',
  'x-content-type-options': '`nosniff`: a browser takes the answer for its media type and nothing else.',
  'idempotent-replayed': '`true`: the batch was accepted before, and this is the first answer again.',
  etag: 'Names what the answer says; with `if-none-match` it is a 304 as long as that is so.',
  'cache-control': 'Whether and by whom the answer may be kept.',
  vary: 'The headers of a request that its answer depends on.',
  link: 'Where the next page is (`rel="next"`); absent where there is none.',
  'x-counted-through':
    'Everything that was accepted before this instant is in the counts; absent where that is not known now.',
  'retry-after': 'After how many seconds to repeat the request.',
  allow: 'The methods that the route has.',
  'x-elastic-product': '`Elasticsearch`: its clients send to no server without it.',
} as const;

export type HeaderName = keyof typeof headers;

/** The headers of an answer that has these besides those of every answer. */
export function allHeaders(names: readonly HeaderName[]): Json {
  return Object.fromEntries(
    ['x-request-id', 'x-content-type-options', ...names].map((name) => [
      name,
      { $ref: `#/components/headers/${name}` },
    ]),
  );
}

/** Returns all headers as OpenAPI's components. */
export function describeHeaders(): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}
