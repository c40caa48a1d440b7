import type * as z from 'zod';
import type { HttpRequest } from '../http.ts';
import { progressHeaders, type Said } from './answer-progress.ts';

/** Headers of an answer to one customer: nobody else may get it from a cache, and each use asks whether it is still right. */
export const customerHeaders = {
  'cache-control': 'private, no-cache',
  vary: 'authorization, x-customer-id',
} as const;

/** Returns the headers of an answer with counts of one customer, which a 304 also has. */
export function countHeaders(etag: string, said: Said): Readonly<Record<string, string>> {
  return {
    etag,
    ...customerHeaders,
    vary: `accept, ${customerHeaders.vary}`,
    ...progressHeaders(said),
  };
}

/** Returns a link to the next page, if there is one (RFC 8288): CSV and NDJSON have no other place for it. */
export function linkToNext(
  { path, query }: HttpRequest,
  parameters: z.ZodObject,
  nextToken: string | undefined,
): Readonly<Record<string, string>> {
  if (nextToken === undefined) return {};
  const next = new URLSearchParams();
  for (const name of Object.keys(parameters.shape)) {
    const value = name === 'nextToken' ? nextToken : query[name];
    if (value !== undefined) next.set(name, value);
  }
  return { link: `<${path}?${next.toString()}>; rel="next"` };
}
