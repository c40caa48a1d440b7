import { MethodNotAllowed, NoSuchRoute } from '../lib/errors.ts';
import { httpHandler, type HttpHandler } from './http/http.ts';
import { methodsAt } from './http/routes.ts';
import { wired, type App } from './wiring.ts';

/** Every route that no other function has: 404, or 405 where the path is right. */
export function fallbackHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, { name: 'other', invalidRequestCode: 'QRY_1000' }, async ({ path }) => {
    const methods = methodsAt(path);
    if (methods !== undefined) throw new MethodNotAllowed(methods);
    throw new NoSuchRoute('There is nothing at this path.');
  });
}

export const handler = fallbackHandler(wired);
