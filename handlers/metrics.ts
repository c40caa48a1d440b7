import { httpHandler, type HttpHandler } from './http.ts';
import { wired, type App } from './wiring.ts';

/** `GET /metrics`: what the pipeline counts of itself, for Prometheus. */
export function metricsHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(
    wired,
    { name: 'GET /metrics', invalidRequestCode: 'QRY_1000' },
    async (_request, app) => {
      const { contentType, text } = await app.metrics.read(app.clock.now());
      return {
        status: 200,
        headers: { 'content-type': contentType, 'cache-control': 'no-store' },
        body: text,
      };
    },
  );
}

export const handler = metricsHandler(wired);
