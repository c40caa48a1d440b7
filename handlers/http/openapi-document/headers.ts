import type { Json } from './json-schema.ts';

/** The headers of answers; all answers have the first two. */
export const headers = {
  'x-request-id': 'The id of the request if it had one, otherwise a new one; the log has the same.',
  'x-content-type-options': '`nosniff`: browsers only treat the answer as its media type.',
  'idempotent-replayed': '`true`: the batch was accepted before, and this is the first answer again.',
  etag: 'Identifies the content of the answer; with `if-none-match`, the answer is 304 while the content is the same.',
  'cache-control': 'Whether the answer may be kept, and by whom.',
  vary: 'The request headers that the answer depends on.',
  link: 'The address of the next page (`rel="next"`); absent on the last one.',
  'x-counted-through':
    'Everything that was accepted before this instant is in the counts; absent if the instant is not known now.',
  'retry-after': 'The number of seconds after which to repeat the request.',
  'www-authenticate': '`Bearer`: the scheme by which to send the API key.',
  allow: 'The methods of the route.',
  'x-elastic-product': '`Elasticsearch`: its clients send to no server without it.',
} as const;

export type HeaderName = keyof typeof headers;

/** Returns the headers of an answer: these, and those that every answer has. */
export function allHeaders(names: readonly HeaderName[]): Json {
  return Object.fromEntries(
    ['x-request-id', 'x-content-type-options', ...names].map((name) => [
      name,
      { $ref: `#/components/headers/${name}` },
    ]),
  );
}

/** Returns all headers as components of OpenAPI. */
export function describeHeaders(): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}
