import type { Route } from '../route.ts';
import { describeErrors } from './describe-errors.ts';
import type { Json } from './json-schema.ts';

/** Answers that a server or a gateway gives instead of a function, and those to requests of no operation. */
export function describeRefusals(): Json {
  const only = (status: number, ...codes: Parameters<typeof describeErrors>[0]) =>
    describeErrors(codes)[status];
  return {
    NotValid: only(400, 'QRY_1000'),
    WithoutKey: only(401, 'API_1009'),
    HostNotAllowed: only(403, 'API_1004'),
    NoSuchRoute: only(404, 'API_1000'),
    MethodNotAllowed: only(405, 'API_1001'),
    TooSlow: only(408, 'API_1008'),
    TooLarge: only(413, 'ING_1003'),
  };
}

/** Returns the answers to requests of a route that no function sees, by status; a route that needs a key describes its 403. */
export function refusalsOf({ method, scopes }: Route): Record<string, Json> {
  return {
    400: refusal('NotValid'),
    ...(scopes === undefined ? { 403: refusal('HostNotAllowed') } : { 401: refusal('WithoutKey') }),
    408: refusal('TooSlow'),
    ...(method === 'POST' && { 413: refusal('TooLarge') }),
  };
}

function refusal(name: 'NotValid' | 'WithoutKey' | 'HostNotAllowed' | 'TooSlow' | 'TooLarge'): Json {
  return { $ref: `#/components/responses/${name}` };
}
