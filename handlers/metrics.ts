import { NoSuchRoute } from '../lib/errors.ts';
import { httpHandler, type HttpHandler } from './http/http.ts';
import { routes } from './http/routes.ts';
import { wired, type App } from './wiring.ts';

/**
 * `GET /metrics`: returns the pipeline's own metrics for Prometheus. The AWS form has no such route: an instance knows only
 * its own counts, and customers must not see them. In the cluster form, the internal port has it.
 */
export function metricsHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.readMetrics, async (_request, app) => {
    if (app.config.storage === 'aws') throw new NoSuchRoute('Deployed, metrics are in CloudWatch.');
    if (app.config.storage === 'kafka') throw new NoSuchRoute('Metrics are at the internal port.');
    const { contentType, text } = await app.metrics.read(app.clock.now());
    return {
      status: 200,
      headers: { 'content-type': contentType, 'cache-control': 'no-store' },
      body: text,
    };
  });
}

export const handler = metricsHandler(wired);
