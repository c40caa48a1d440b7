import { fallbackHandler } from './fallback.ts';
import type { HttpHandler } from './http/http.ts';
import { routes } from './http/routes.ts';
import { firehoseHandler } from './protocols/firehose.ts';
import { logpushHandler } from './protocols/logpush.ts';
import { otlpHandler } from './protocols/otlp.ts';
import { wired, type App } from './wiring.ts';

/**
 * Takes batches in the protocols of other programs: one function for all of their routes, so that a deployed pipeline
 * does not need one more for each program.
 */
export function protocolsHandler(wired: () => Promise<App>): HttpHandler {
  const handlers = new Map<string, HttpHandler>([
    [routes.exportOtlpLogs.name, otlpHandler(wired)],
    [routes.deliverFromFirehose.name, firehoseHandler(wired)],
    [routes.pushFromCloudflare.name, logpushHandler(wired)],
  ]);
  const otherwise = fallbackHandler(wired);
  return (event) => (handlers.get(event.routeKey) ?? otherwise)(event);
}

export const handler = protocolsHandler(wired);
