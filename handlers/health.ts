import { httpHandler, type HttpHandler } from './http/http.ts';
import { respondJson } from './http/respond.ts';
import { routes } from './http/routes.ts';
import { wired, type App } from './wiring.ts';

/** `GET /health`: answers 200 when the store can be written, 503 otherwise. */
export function healthHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.checkHealth, async (_request, app) => {
    await app.checkHealth();
    return respondJson(200, { status: 'ok' }, { 'cache-control': 'no-store' });
  });
}

export const handler = healthHandler(wired);
