import { protocolHeaders, protocolParameters } from './request-headers.ts';
import type { Method, Route } from './route.ts';

/** Defines a route of the table. */
export function route<const M extends Method, const Path extends string, const Rest extends RouteRest>(
  method: M,
  path: Path,
  rest: Rest,
) {
  return { method, path, name: `${method} ${path}` as const, ...rest };
}

/** Errors of every route that takes batches in the protocol of another program. */
export const batchErrors = ['ING_1000', 'ING_1003', 'ING_1004', 'API_1005', 'API_1007'] as const;

/** Common parts of the routes that take batches in the protocols of other programs. */
export const takesBatches = {
  functionName: 'protocols',
  invalidRequestCode: 'ING_1000',
  scopes: ['ingest'],
  headers: protocolHeaders,
  query: protocolParameters,
  errors: batchErrors,
} as const;

/** Defines a route that takes batches in the protocol of another program. */
export function protocolRoute<const Path extends string, const Rest extends ProtocolRouteRest>(
  path: Path,
  rest: Rest,
) {
  return route('POST', path, { ...takesBatches, ...rest });
}

type ProtocolRouteRest = Omit<RouteRest, keyof typeof takesBatches> & Partial<RouteRest>;
type RouteRest = Omit<Route, 'method' | 'path' | 'name'>;
