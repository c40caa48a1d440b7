import { MethodNotAllowed, NoSuchRoute } from '../lib/errors.ts';
import { httpHandler, type HttpHandler } from './http/http.ts';
import { wired, type App } from './wiring.ts';

/** The methods of each route that is served; a test holds it against `serverless.yml`. */
export const methodsByRoute: ReadonlyMap<string, readonly string[]> = new Map([
  ['/logs', ['POST']],
  ['/aggregates', ['GET']],
  ['/aggregates/total', ['GET']],
  ['/batches/{batchId}', ['GET']],
  ['/customers', ['GET']],
  ['/openapi.json', ['GET']],
  ['/', ['GET']],
  ['/assets/{name}', ['GET']],
  ['/metrics', ['GET']],
  ['/health', ['GET']],
]);

/** Every route that no other function has: 404, or 405 where the path is right. */
export function fallbackHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, { name: 'other', invalidRequestCode: 'QRY_1000' }, async ({ path }) => {
    for (const [route, methods] of methodsByRoute) {
      if (isAt(path, route)) throw new MethodNotAllowed(methods);
    }
    throw new NoSuchRoute('There is nothing at this path.');
  });
}

/** Whether the path is one of the route's, with or without a slash at its end. */
function isAt(path: string, route: string): boolean {
  const segments = path.replace(/(?<=.)\/$/, '').split('/');
  const expected = route.split('/');
  return (
    segments.length === expected.length &&
    expected.every((segment, index) => segment.startsWith('{') || segment === segments[index])
  );
}

export const handler = fallbackHandler(wired);
