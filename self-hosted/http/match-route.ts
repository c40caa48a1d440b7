import { routes } from '../../handlers/http/routes.ts';
import type { KeyHeader, Method, Route } from '../../handlers/http/route.ts';

type Routes = typeof routes;

/** Name of a function of `serverless.yml` that serves HTTP requests. */
export type FunctionName = Routes[keyof Routes]['functionName'] | 'fallback';

/** The function that serves a request. */
export interface RouteMatch {
  readonly functionName: FunctionName;
  /** Method and path of the route, or `$default`, as in API Gateway. */
  readonly routeKey: string;
  /** Decoded; `undefined` if the path of the route has none. */
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
  /** True if the route needs a caller. */
  readonly needsKey: boolean;
  readonly keyHeader: KeyHeader;
}

interface KnownRoute {
  readonly method: Method;
  readonly segments: readonly string[];
  readonly match: Omit<RouteMatch, 'pathParameters'>;
}

const keyHeaderOf = ({ keyHeader = 'authorization' }: Route): KeyHeader => keyHeader;

const known: readonly KnownRoute[] = Object.values(routes).map((route) => ({
  method: route.method,
  segments: route.path.split('/'),
  match: {
    functionName: route.functionName,
    routeKey: route.name,
    needsKey: 'scopes' in route,
    keyHeader: keyHeaderOf(route),
  },
}));

/** Routes without parameters by method and path. */
const fixed: ReadonlyMap<string, RouteMatch> = new Map(
  known
    .filter(({ segments }) => !segments.some(isParameter))
    .map(({ method, segments, match }) => [
      `${method} ${segments.join('/')}`,
      { ...match, pathParameters: undefined },
    ]),
);

/** API Gateway's route for what no other route serves; its function answers 404 or 405. */
const otherwise: RouteMatch = {
  functionName: 'fallback',
  routeKey: '$default',
  pathParameters: undefined,
  needsKey: true,
  keyHeader: 'authorization',
};

/**
 * Finds the function for a method and a path, with or without a slash at its end. HEAD takes the route of GET, where it has none of its own.
 * @param path  as in the request, still encoded
 * @returns `undefined` if a parameter in the path is not encoded correctly
 */
export function matchRoute(method: string, path: string): RouteMatch | undefined {
  const whole = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const found = findRoute(method, whole);
  return found === otherwise && method === 'HEAD' ? findRoute('GET', whole) : found;
}

function findRoute(method: string, path: string): RouteMatch | undefined {
  const fixedRoute = fixed.get(`${method} ${path}`);
  if (fixedRoute !== undefined) return fixedRoute;
  const segments = path.split('/');
  const found = known.find((route) => route.method === method && areAlike(segments, route.segments));
  if (found === undefined) return otherwise;
  const pathParameters = parametersOf(segments, found.segments);
  return pathParameters === 'invalid' ? undefined : { ...found.match, pathParameters };
}

function areAlike(segments: readonly string[], expected: readonly string[]): boolean {
  return (
    segments.length === expected.length &&
    expected.every((segment, at) => (isParameter(segment) ? segments[at] !== '' : segment === segments[at]))
  );
}

function parametersOf(
  segments: readonly string[],
  expected: readonly string[],
): Readonly<Record<string, string>> | undefined | 'invalid' {
  const parameters: [string, string][] = [];
  for (const [at, segment] of expected.entries()) {
    if (!isParameter(segment)) continue;
    try {
      parameters.push([segment.slice(1, -1), decodeURIComponent(segments[at] ?? '')]);
    } catch (error) {
      if (error instanceof URIError) return 'invalid';
      throw error;
    }
  }
  return parameters.length === 0 ? undefined : Object.fromEntries(parameters);
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}
