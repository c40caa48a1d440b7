import { MethodNotAllowed, NoSuchRoute } from '../lib/errors.ts';
import { httpHandler, type HttpHandler } from './http/http.ts';
import { methodsAt } from './http/routes.ts';
import { wired, type App } from './wiring.ts';

/**
 * Answers every route that no other function serves: 404, or 405 if the path has other methods. A path that a server
 * writes in another way, such as `//`, is one of none.
 */
export function fallbackHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, { name: 'other', invalidRequestCode: 'QRY_1000' }, async ({ path, method }) => {
    const methods = methodsAt(path);
    if (methods !== undefined && !methods.some((known) => known === method))
      throw new MethodNotAllowed(methods);
    throw new NoSuchRoute('There is nothing at this path.');
  });
}

export const handler = fallbackHandler(wired);
