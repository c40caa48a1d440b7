import type * as z from 'zod';
import type { HttpRequest } from '../http.ts';

/** Returns a link to the next page (RFC 8288): CSV and NDJSON have no other place for it. */
export function linkToNext({ path, query }: HttpRequest, parameters: z.ZodObject, nextToken: string): string {
  const next = new URLSearchParams();
  for (const name of Object.keys(parameters.shape)) {
    const value = name === 'nextToken' ? nextToken : query[name];
    if (value !== undefined) next.set(name, value);
  }
  return `<${path}?${next.toString()}>; rel="next"`;
}
