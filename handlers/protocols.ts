import { fallbackHandler } from './fallback.ts';
import type { HttpHandler } from './http/http.ts';
import { routes } from './http/routes.ts';
import { bulkHandler } from './protocols/elasticsearch/bulk.ts';
import { clusterHealthHandler, licenseHandler, xpackHandler } from './protocols/elasticsearch/handshake.ts';
import { fastlyChallengeHandler } from './protocols/fastly-challenge.ts';
import { logpushHandler } from './protocols/logpush.ts';
import { lokiPushHandler } from './protocols/loki/push.ts';
import { collectHandler, collectorHealthHandler } from './protocols/splunk/collect.ts';
import { firehoseHandler } from './protocols/firehose.ts';
import { otlpHandler } from './protocols/otlp.ts';
import { wired, type App } from './wiring.ts';

/**
 * Takes batches in the protocols of other programs: one function for all of their routes, so that a deployed pipeline
 * does not need one more for each program.
 */
export function protocolsHandler(wired: () => Promise<App>): HttpHandler {
  const bulk = bulkHandler(wired);
  const collectEvents = collectHandler(wired, 'events');
  const collectLines = collectHandler(wired, 'lines');
  const collectorHealth = collectorHealthHandler(wired);
  const handlers = new Map<string, HttpHandler>([
    [routes.pushFromCloudflare.name, logpushHandler(wired)],
    [routes.answerFastlyChallenge.name, fastlyChallengeHandler(wired)],
    [routes.sendBulk.name, bulk],
    [routes.sendBulkTo.name, bulk],
    [routes.putBulk.name, bulk],
    [routes.putBulkTo.name, bulk],
    [routes.readLicense.name, licenseHandler(wired)],
    [routes.readXpack.name, xpackHandler(wired)],
    [routes.readClusterHealth.name, clusterHealthHandler(wired)],
    [routes.pushToLoki.name, lokiPushHandler(wired)],
    [routes.collectEvents.name, collectEvents],
    [routes.collectEventsAtRoot.name, collectEvents],
    [routes.collectEventsVersion1.name, collectEvents],
    [routes.collectLines.name, collectLines],
    [routes.collectLinesVersion1.name, collectLines],
    [routes.checkCollector.name, collectorHealth],
    [routes.checkCollectorVersion1.name, collectorHealth],
    [routes.exportOtlpLogs.name, otlpHandler(wired)],
    [routes.deliverFromFirehose.name, firehoseHandler(wired)],
  ]);
  const otherwise = fallbackHandler(wired);
  return (event) => (handlers.get(event.routeKey) ?? otherwise)(event);
}

export const handler = protocolsHandler(wired);
