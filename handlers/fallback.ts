import { MethodNotAllowed, NoSuchRoute } from '../lib/errors.ts';
import { httpHandler, type HttpHandler } from './http.ts';
import { wired, type App } from './wiring.ts';

/** The methods of each path that is served; a test holds it against the routes of `serverless.yml`. */
export const methodsByPath: ReadonlyMap<string, readonly string[]> = new Map([
  ['/logs', ['POST']],
  ['/aggregates', ['GET']],
  ['/metrics', ['GET']],
  ['/health', ['GET']],
]);

/** Every route that no other function has: 404, or 405 where the path is right. */
export function fallbackHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, { name: 'other', invalidRequestCode: 'QRY_1000' }, async ({ path }) => {
    const methods = methodsByPath.get(path.replace(/(?<=.)\/$/, ''));
    if (methods !== undefined) throw new MethodNotAllowed(methods);
    throw new NoSuchRoute('There is nothing at this path.');
  });
}

export const handler = fallbackHandler(wired);
