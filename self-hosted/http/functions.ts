import { batchHandler } from '../../handlers/batch.ts';
import { customersHandler } from '../../handlers/customers.ts';
import { fallbackHandler } from '../../handlers/fallback.ts';
import { healthHandler } from '../../handlers/health.ts';
import type { HttpHandler } from '../../handlers/http/http.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { metricsHandler } from '../../handlers/metrics.ts';
import { openApiHandler } from '../../handlers/openapi.ts';
import { pageHandler } from '../../handlers/page.ts';
import { pathsHandler } from '../../handlers/paths.ts';
import { protocolsHandler } from '../../handlers/protocols.ts';
import { readAlertsHandler } from '../../handlers/read-alerts.ts';
import { queryHandler } from '../../handlers/query.ts';
import { sharesHandler } from '../../handlers/shares.ts';
import { totalHandler } from '../../handlers/total.ts';
import type { App } from '../../handlers/wiring.ts';
import { bundlePage } from '../../scripts/bundle-page.ts';
import type { FunctionName } from './match-route.ts';

/** The functions behind the routes, by their names in `serverless.yml`. */
export type HttpFunctions = Readonly<Record<FunctionName, HttpHandler>>;

/** Creates the functions that serve HTTP requests. */
export function createHttpFunctions(app: App): HttpFunctions {
  const wired = async () => app;
  return {
    ingest: ingestHandler(wired),
    protocols: protocolsHandler(wired),
    batch: batchHandler(wired),
    query: queryHandler(wired),
    total: totalHandler(wired),
    paths: pathsHandler(wired),
    customers: customersHandler(wired),
    readAlerts: readAlertsHandler(wired),
    shares: sharesHandler(wired),
    openapi: openApiHandler(wired),
    page: pageHandler(wired, bundlePage),
    metrics: metricsHandler(wired),
    health: healthHandler(wired),
    fallback: fallbackHandler(wired),
  };
}
